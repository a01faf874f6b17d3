"""`phusong backup`: a copy of all that an installation keeps, proved by restoring it."""

import argparse
from pathlib import Path

from api.cli.frame import DONE, Command, Output, Parser
from gis.backup import BackupNote, back_up

__all__ = ["COMMANDS", "counts", "plain"]


def _configure_backup(parser: Parser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE.zip", help=parser.say("help_backup_file"))


def _back_up(arguments: argparse.Namespace, output: Output) -> int:
    with output.progress() as progress:
        note = back_up(
            output.settings.place,
            arguments.file,
            lambda share: progress(share, "cli.backup_running", {}),
        )
    output.say("backup_done", file=str(arguments.file), **counts(note))
    output.result(plain(note))
    return DONE


def counts(note: BackupNote) -> dict[str, float]:
    """Return how much a copy holds, for a sentence."""
    return {"count": len(note.files), "megabytes": round(note.size_bytes / 1e6, 1)}


def plain(note: BackupNote) -> dict[str, object]:
    """Return what a copy says of itself, for a program."""
    return {
        "made_at": note.made_at,
        "register_version": note.register_version,
        "files": len(note.files),
        "size_bytes": note.size_bytes,
    }


COMMANDS = (
    Command("backup", _configure_backup, _back_up, "phusong backup /srv/backup/phusong.zip"),
)
