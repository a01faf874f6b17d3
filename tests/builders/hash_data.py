"""Write the sha256 of every listed file into data/SOURCES.toml; a new file needs its row first."""

import hashlib
import re
from pathlib import Path

DATA = Path(__file__).parents[2] / "data"
ROW = re.compile(
    r'^(\[\[file\]\]\npath = "(?P<path>[^"]+)"\n(?:(?!sha256)[^\n]+\n)*sha256 = ")[^"]*"', re.M
)


def main() -> None:
    table = DATA / "SOURCES.toml"

    def hashed(row: re.Match[str]) -> str:
        return f'{row[1]}{hashlib.sha256((DATA / row["path"]).read_bytes()).hexdigest()}"'

    table.write_text(ROW.sub(hashed, table.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
