"""Text files of cases: measurements pass as they come from receivers, subscribers do not."""

import time

import numpy as np
import pytest

from gis.desk.files import read_file
from gis.exchange.personal_grid import PersonalDataError
from gis.exchange.personal_text import refuse_personal_text

RANDOM = np.random.default_rng(7)


def kraken(rows: int, hz: int, *, station: str = "K1", separator: str = ", ") -> str:
    """Records of a KrakenSDR: epoch in ms, DOA, ... Hz ... and 360 values of the spectrum."""
    lines = []
    for row in range(rows):
        spectrum = np.round(RANDOM.uniform(-30, 0, 360), 6)
        told = [1_753_000_000_123 + 1137 * row, 30 + row % 5, 4.512345, -42.0, hz, "UCA", 120,
                station, 10.612345, 106.412345, 0, 0, "GPS", *"RRRR", *spectrum]  # fmt: skip
        lines.append(separator.join(map(str, told)))
    return "\n".join(lines)


G_NET = (
    "Timestamp,Longitude,Latitude,Speed,Operatorname,Operator,CGI,Cellname,Node,CellID,LAC,"
    "NetworkTech,NetworkMode,Level,Qual,SNR,LTERSSI,ARFCN,DL_bitrate,UL_bitrate,PSC,Altitude\n"
    "2026.11.20_08.15.32,106.412345,10.535678,43,Viettel,45204,452040204171234,LA0412,"
    "482121,123424101,20417,4G,LTE,-97,-11,4.2,-65,1650,123456,98765,311,12\n"
    "2026.11.20_08.15.33,106.412399,10.535699,42,Viettel,45204,452040204171235,LA0412,"
    "482121,123424102,20417,4G,LTE,-98,-12,4.0,-66,1650,223456,98765,311,12\n"
)
EPOCHS = (
    "timestamp;frequency_hz;level_dbuvm;lat;lon\n"
    "1693912345;446006250;-41.5;10.53;106.41\n"
    "1693912346;446018750;-42.5;10.53;106.41\n"
)
VIETNAMESE = (
    "Thời gian;Tần số (Hz);Mức (dBµV/m);Vĩ độ;Kinh độ;Ghi chú\n"
    "2026-11-20 08:15:32;446006250;41,5;10,53;106,41;Trước cổng trạm\n"
)
SWEEP = "\n".join(f"{446_006_250 + 12_500 * k},-{97 + k % 3}.25" for k in range(200))
RTL_POWER = "\n".join(
    f"2026-11-20, 08:15:{k:02}, {433_050_001 + 1_000_000 * (k % 4)}, "
    f"{434_050_001 + 1_000_000 * (k % 4)}, 9765.62, 1, -45.2, -44.1, -50.3"
    for k in range(40)
)
NMEA = "$GPGGA,081532.00,1032.12345,N,10624.12345,E,1,08,0.9,12.4,M,-2.1,M,,*47\n" * 5


@pytest.mark.parametrize(
    "content",
    [
        kraken(20, 446_006_250),
        kraken(20, 868_123_457, separator=","),
        kraken(3, 96_900_000, station="Trạm A"),
        G_NET,
        EPOCHS,
        VIETNAMESE,
        SWEEP,
        RTL_POWER,
        NMEA,
        "Đo tại 446006250 Hz, mức -45 dBm lúc 08:15, 20/11/2026, theo biên bản số 12/2026.",
    ],
    ids=[
        "kraken", "kraken2", "kraken3", "gnet", "epochs", "vi", "sweep", "rtl", "nmea", "words",
    ],
)  # fmt: skip
def test_measurements_are_not_mistaken_for_papers(content: str) -> None:
    refuse_personal_text(content)


@pytest.mark.parametrize(
    "content",
    [
        "Số thuê bao;Tên\n0912345678;A\n",
        "STT;Ghi chú\n1;gọi 0912 345 678\n",
        "Thời gian;Tần số (Hz);Ghi chú\n2026-11-20 08:15;446006250;CCCD 079123456789\n",
        "Thời gian;Tần số (Hz)\n2026-11-20 08:15;0912345678\n",
        "timestamp,frequency,msisdn\n1693912345,446006250,84912345678\n",
        "123456789\n223456781\n345678912\n",
        "0912345678,-45.5\n0912345679,-46.5\n0912345680,-47.5\n",
        "Người bị nhiễu: anh A.\nHọ tên: Nguyễn Văn A, quê ở Tân An\n",
        kraken(3, 446_006_250, station="0912345678"),
        kraken(3, 446_006_250).replace("446006250", "0912345678"),
        kraken(2, 446_006_250) + "\nNguyễn A, 0987654321",
    ],
    ids=["list", "note", "beside", "under_hz", "msisdn", "cmnd", "sweep0", "name", "station",
         "in_hz", "tail"],
)  # fmt: skip
def test_a_persons_data_is_refused_and_not_told(content: str) -> None:
    with pytest.raises(PersonalDataError) as refused:
        read_file("do.csv", content.encode())
    said = refused.value.say("vi") + refused.value.say("en")
    for secret in ("912", "079123", "Nguyễn", "123456789", "987654"):
        assert secret not in said
    assert refused.value.found[0].row is not None


def test_a_large_record_is_looked_through_in_seconds() -> None:
    content = kraken(2000, 446_006_250)
    begun = time.perf_counter()
    refuse_personal_text(content)
    assert len(content) > 5_000_000
    assert time.perf_counter() - begun < 20.0
