"""`phusong bench`: how fast areas are predicted and plans are checked on this machine."""

import argparse
import statistics

from api.cli.frame import DONE, Command, Output, Parser
from gis.area_bench import SHAPES, TERRAINS, AreaBench, processor_mhz
from gis.plan_bench import PlanBench

__all__ = ["COMMANDS"]


def _configure(parser: Parser) -> None:
    parser.add_argument(
        "--radius-km", type=float, default=30.0, help=parser.say("help_bench_radius")
    )
    parser.add_argument("--step-m", type=float, default=30.0, help=parser.say("help_bench_step"))
    parser.add_argument(
        "--terrain", choices=TERRAINS, default="fractal", help=parser.say("help_bench_terrain")
    )
    parser.add_argument(
        "--shape", choices=SHAPES, default="disc", help=parser.say("help_bench_shape")
    )
    parser.add_argument("--threads", type=int, default=1, help=parser.say("help_bench_threads"))
    parser.add_argument(
        "--time-percent",
        type=float,
        nargs="+",
        default=[10.0],
        help=parser.say("help_bench_percent"),
    )
    parser.add_argument("--runs", type=int, default=5, help=parser.say("help_bench_runs"))


def _run(arguments: argparse.Namespace, output: Output) -> int:
    bench = AreaBench.of(
        arguments.terrain,
        arguments.radius_km,
        arguments.step_m,
        tuple(arguments.time_percent),
        arguments.threads,
        shape=arguments.shape,
    )
    before = processor_mhz()
    kernel = bench.kernel_receivers_per_s(max(arguments.runs, 1), cluttered=False)
    cluttered = bench.kernel_receivers_per_s(max(arguments.runs, 1), cluttered=True)
    seconds = bench.map_seconds(max(arguments.runs, 1))
    pixels = bench.pixels()
    found = {
        "terrain": arguments.terrain,
        "shape": arguments.shape,
        "radius_km": arguments.radius_km,
        "step_m": arguments.step_m,
        "time_percents": list(bench.time_percents),
        "threads": arguments.threads,
        "runs": len(seconds),
        "pixels": pixels,
        "map_seconds": min(seconds),
        "map_seconds_median": statistics.median(seconds),
        "end_to_end_pixels_per_s": pixels / min(seconds),
        "end_to_end_pixels_per_s_median": pixels / statistics.median(seconds),
        "kernel_receivers_per_s": max(kernel),
        "kernel_receivers_per_s_median": statistics.median(kernel),
        "kernel_with_clutter_receivers_per_s": max(cluttered),
        "processor_mhz": max(before, processor_mhz()),
    }
    output.table(
        [output.text("bench_quantity"), output.text("bench_value")],
        [(output.text(f"bench_{name}"), _shown(value, output)) for name, value in found.items()],
    )
    output.result(found)
    return DONE


def _configure_plan(parser: Parser) -> None:
    parser.add_argument("--stations", type=int, default=50, help=parser.say("help_bench_stations"))
    parser.add_argument("--span-km", type=float, default=400.0, help=parser.say("help_bench_span"))
    parser.add_argument(
        "--terrain", choices=TERRAINS, default="fractal", help=parser.say("help_bench_terrain")
    )
    parser.add_argument("--threads", type=int, default=1, help=parser.say("help_bench_threads"))
    parser.add_argument("--runs", type=int, default=2, help=parser.say("help_bench_runs"))


def _run_plan(arguments: argparse.Namespace, output: Output) -> int:
    made = PlanBench.made(
        arguments.stations, arguments.span_km, arguments.terrain, arguments.threads
    )
    runs = range(max(arguments.runs, 1))
    with made as bench:
        bench.check(bench.stations[0].id)  # compiles what is not on disk yet
        whole = [bench.check() for _ in runs]
        single = sorted(bench.check(station.id) for station in bench.stations[:10])
        found = {
            "terrain": arguments.terrain,
            "stations": len(bench.stations),
            "span_km": arguments.span_km,
            "threads": arguments.threads,
            "runs": len(whole),
            "plan_seconds": min(whole),
            "station_seconds_median": statistics.median(single),
            "station_seconds_most": single[-1],
            "memory_mb": bench.memory_mb(),
            "processor_mhz": processor_mhz(),
        }
    output.table(
        [output.text("bench_quantity"), output.text("bench_value")],
        [(output.text(f"bench_{name}"), _shown(value, output)) for name, value in found.items()],
    )
    output.result(found)
    return DONE


def _shown(value: object, output: Output) -> str:
    if isinstance(value, int | float):
        return output.number(value, 0 if value >= 1000 else None)
    return (
        "; ".join(_shown(one, output) for one in value) if isinstance(value, list) else str(value)
    )


COMMANDS = (
    Command(
        "bench area",
        _configure,
        _run,
        "phusong bench area --radius-km 30 --step-m 30 --terrain delta --threads 2 --json",
    ),
    Command(
        "bench plan",
        _configure_plan,
        _run_plan,
        "phusong bench plan --stations 50 --span-km 400 --threads 2 --json",
    ),
)
