"""Write large legal rollouts quickly: for measurements, and for tests with many files.

    python -P tests/bench/generate.py --out big.jsonl                    256,000 lines of about 500 bytes
    python -P tests/bench/generate.py --many DIR --files 200 --lines 500

Without a place to write to, the large file is made in a temporary folder, measured and thrown away. Nothing in a
file is illegal: ids are unique, totals, durations and clocks agree. The same numbers give the same bytes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

START = datetime(2026, 6, 1, 9, tzinfo=UTC)
START_S = int(START.timestamp())
STEP_MS = 180
"""From one line to the next."""
ROUNDS_MIN, ROUNDS_MAX = 6, 10
"""Model requests with one tool call each, in one turn."""
LINES_A_ROUND = 4
LINES_A_TURN = 7
"""Lines of a turn besides its rounds."""
LINES_MIN = 1 + LINES_A_TURN

WORDS = (
    "the parser reads each row once and keeps the offset of its first byte so that a cut file can be taken up again; "
    "quoted fields may hold line ends, empty trailing cells are kept, numbers stay texts until a column asks for them, "
    "and a column asks only when every sample it has seen agrees on one type, which is checked again while reading on "
)
TEXT = WORDS * 3
SEALED = "gAAAAABpX2c4Zm9yIG1lYXN1cmluZyBvbmx5LCBub3RoaW5nIGlzIGluIGhlcmU" * 5

CONTEXT = (
    '"cwd":"/home/ada/abacus","approval_policy":"on-request","sandbox_policy":{"type":"workspace-write",'
    '"writable_roots":["/home/ada/abacus"],"network_access":false,"exclude_tmpdir_env_var":false,'
    '"exclude_slash_tmp":false},"model":"gpt-5-codex","personality":"friendly","effort":"medium","summary":"auto",'
    '"truncation_policy":{"mode":"tokens","limit":10000}'
)
LIMITS = '{"limit_id":"codex","primary":{"used_percent":12.0,"window_minutes":300},"secondary":null,"plan_type":"plus"}'


class Rollout:
    """One file while it is written: its clock, its running ids and its token totals."""

    def __init__(self, number: int) -> None:
        self.at_ms = 0
        self.thread_id = self.uuid(number)
        self._second: int = -1
        self._stamp = ""
        self._calls = number * 10_000_000
        self.tokens_in = self.cached = self.tokens_out = self.reasoning = 0

    def uuid(self, salt: int) -> str:
        """A UUID of version 7 for the present time."""
        time_hex = f"{START_S * 1000 + self.at_ms:012x}"
        return f"{time_hex[:8]}-{time_hex[8:]}-7{salt % 4096:03x}-8{salt >> 12 & 4095:03x}-{salt:012x}"

    def line(self, record_type: str, payload: str) -> str:
        """One record, and the clock moves on."""
        second, milliseconds = divmod(self.at_ms, 1000)
        if second != self._second:
            self._second = second
            self._stamp = (START + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%S")
        self.at_ms += STEP_MS
        return (
            f'{{"timestamp":"{self._stamp}.{milliseconds:03}Z","type":"{record_type}","payload":{payload}}}\n'
        )

    def meta(self) -> str:
        """The identity."""
        stamp = START.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        return self.line(
            "session_meta",
            f'{{"id":"{self.thread_id}","timestamp":"{stamp}","cwd":"/home/ada/abacus","originator":"codex_cli_rs",'
            f'"cli_version":"0.146.0","source":"cli","model_provider":"openai"}}',
        )

    def turn(self, number: int, rounds: int, thoughts: int = 0) -> Iterator[str]:
        """A turn of `LINES_A_TURN + LINES_A_ROUND * rounds + thoughts` lines."""
        begun_ms, turn_id = self.at_ms, self.uuid(number)
        started = f'"turn_id":"{turn_id}","started_at":{START_S + begun_ms // 1000}'
        yield self.line(
            "event_msg",
            f'{{"type":"task_started",{started},"model_context_window":272000,"collaboration_mode_kind":"default"}}',
        )
        yield self.line("turn_context", f'{{"turn_id":"{turn_id}",{CONTEXT}}}')
        asked = f"{number}: {TEXT[number % 300 :][:260]}"
        yield self.line("response_item", message("user", "input_text", asked))
        twin = (
            f'{{"type":"user_message","message":"{asked}","images":[],"local_images":[],"text_elements":[]}}'
        )
        yield self.line("event_msg", twin)
        for index in range(rounds):
            yield from self.round(number * 31 + index)
        for _ in range(thoughts):
            yield self.reasoning_item()
        answer = f"{number}: {TEXT[number % 310 :][:300]}"
        phase = '"phase":"final_answer"'
        yield self.line("event_msg", f'{{"type":"agent_message","message":"{answer}",{phase}}}')
        yield self.line("response_item", message("assistant", "output_text", answer, f",{phase}"))
        lasted = f'"completed_at":{START_S + self.at_ms // 1000},"duration_ms":{self.at_ms - begun_ms}'
        yield self.line(
            "event_msg",
            f'{{"type":"task_complete",{started},"last_agent_message":"{answer}",{lasted},'
            f'"time_to_first_token_ms":{4 * STEP_MS}}}',
        )

    def round(self, salt: int) -> Iterator[str]:
        """One model request: it thinks, calls a tool, gets the output and pays."""
        self._calls += 1
        call_id = f"call_{self._calls:024x}"
        yield self.reasoning_item()
        command = (
            f"sed -n {salt % 900},{salt % 900 + 60}p abacus/parse.py && echo '{TEXT[salt % 290 :][:200]}'"
        )
        arguments = (
            f'{{\\"command\\":\\"{command}\\",\\"workdir\\":\\"/home/ada/abacus\\",\\"timeout_ms\\":10000}}'
        )
        call = f'"name":"shell_command","arguments":"{arguments}","call_id":"{call_id}"'
        yield self.line("response_item", f'{{"type":"function_call",{call}}}')
        shown = TEXT[salt % 300 :][: 250 + salt % 250]
        output = f"Exit code: 0\\nWall time: 0.{salt % 9 + 1} seconds\\nOutput:\\n{shown}"
        yield self.line(
            "response_item", f'{{"type":"function_call_output","call_id":"{call_id}","output":"{output}"}}'
        )
        yield self.line("event_msg", self.token_count(salt))

    def reasoning_item(self) -> str:
        """A sealed thought."""
        sealed = f"{self.at_ms:012x}{SEALED}"
        return self.line(
            "response_item",
            f'{{"type":"reasoning","summary":[],"content":null,"encrypted_content":"{sealed}"}}',
        )

    def token_count(self, salt: int) -> str:
        """Usage of one request, and the totals with it."""
        tokens_in, tokens_out = 20_000 + salt % 60_000, 120 + salt % 800
        last = usage(tokens_in, tokens_in // 2, tokens_out, tokens_out // 2)
        self.tokens_in += tokens_in
        self.cached += tokens_in // 2
        self.tokens_out += tokens_out
        self.reasoning += tokens_out // 2
        total = usage(self.tokens_in, self.cached, self.tokens_out, self.reasoning)
        info = f'{{"total_token_usage":{total},"last_token_usage":{last},"model_context_window":272000}}'
        return f'{{"type":"token_count","info":{info},"rate_limits":{LIMITS}}}'


def message(role: str, part: str, text: str, extra: str = "") -> str:
    """The payload of a message with one text part."""
    return f'{{"type":"message","role":"{role}","content":[{{"type":"{part}","text":"{text}"}}]{extra}}}'


def usage(tokens_in: int, cached: int, tokens_out: int, reasoning: int) -> str:
    """A token usage."""
    return (
        f'{{"input_tokens":{tokens_in},"cached_input_tokens":{cached},"output_tokens":{tokens_out},'
        f'"reasoning_output_tokens":{reasoning},"total_tokens":{tokens_in + tokens_out}}}'
    )


def rollout_lines(count: int, number: int = 0) -> Iterator[str]:
    """Yield exactly *count* lines of the rollout of that number, the last one a turn's end.

    Raises:
        ValueError: fewer lines than one turn has.
    """
    if count < LINES_MIN:
        raise ValueError(f"{count} lines are too few: the shortest rollout has {LINES_MIN}")
    rollout = Rollout(number)
    yield rollout.meta()
    left, turn = count - 1, 0
    while left >= 2 * (LINES_A_TURN + LINES_A_ROUND * ROUNDS_MAX):
        rounds = ROUNDS_MIN + turn % (ROUNDS_MAX - ROUNDS_MIN + 1)
        yield from rollout.turn(turn, rounds)
        left, turn = left - LINES_A_TURN - LINES_A_ROUND * rounds, turn + 1
    rounds, thoughts = divmod(left - LINES_A_TURN, LINES_A_ROUND)
    yield from rollout.turn(turn, rounds, thoughts)


def write_rollout(path: Path, lines: int, number: int = 0) -> int:
    """Write a rollout of that many lines and return its size in bytes."""
    with path.open("w", encoding="ascii", newline="\n") as file:
        file.writelines(rollout_lines(lines, number))
    return path.stat().st_size


def write_many(folder: Path, files: int, lines: int) -> int:
    """Write that many rollouts, named as Codex names them, and return their size in bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    name = START.strftime("rollout-%Y-%m-%dT%H-%M-%S")
    return sum(
        write_rollout(folder / f"{name}-{Rollout(number).thread_id}.jsonl", lines, number)
        for number in range(1, files + 1)
    )


def main() -> int:
    """Write what the arguments ask for, and print how much and how long."""
    parser = argparse.ArgumentParser(description="Write large legal rollouts.")
    parser.add_argument("--out", type=Path, help="the file to write")
    parser.add_argument("--many", type=Path, metavar="DIR", help="write many files into this folder instead")
    parser.add_argument("--files", type=int, default=200, help="how many (default: %(default)s)")
    parser.add_argument("--lines", type=int, help="lines of each file (default: 256000, with --many 500)")
    options = parser.parse_args()
    begun = time.perf_counter()
    if options.many:
        size = write_many(options.many, options.files, options.lines or 500)
    elif options.out:
        size = write_rollout(options.out, options.lines or 256_000)
    else:
        with tempfile.TemporaryDirectory() as folder:
            size = write_rollout(Path(folder) / "rollout.jsonl", options.lines or 256_000)
    print(f"{size / 1e6:.1f} MB written in {time.perf_counter() - begun:.2f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
