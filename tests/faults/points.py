"""Which process passes which fail point, so that each of them can be made to die there."""

from collections.abc import Mapping

TIMER = ("timer.after_candidates", "timer.after_take", "timer.after_commit")
SEATS: Mapping[str, tuple[str, ...]] = {
    "registry api": (
        "command.after_begin", "command.before_log", "command.before_commit", "command.after_commit",
        "command.after_wake",
    ),
    "registry relay": (
        "relay.after_lock", "relay.after_read", "relay.after_send", "relay.before_delete",
        "relay.after_delete",
    ),
    "partybuild consumer": (
        "consumer.after_inbox", "consumer.after_reactions", "consumer.after_commit", "consumer.after_offsets",
    ),
    "partybuild timers": TIMER,
}  # fmt: skip
"""Passed all the time under load."""
IMPORT = (
    "registry.import.claimed", "registry.import.read", "registry.import.chunk_written",
    "registry.import.reported", "registry.import.applied", "registry.import.committed",
)  # fmt: skip
"""Passed by the registry's API process for each workbook, in this order."""
UNDO = "registry.import.chunk_undone"
RETRY = ("parked.after_decision", "parked.after_reactions", "parked.after_delete", "parked.after_step")
DISCARD = ("parked.after_pass", "parked.after_discard")
REBUILD = ("rebuild.before_enqueue", "rebuild.after_enqueue")
RESTORE = ("restore.after_lock", "restore.after_groups", "restore.after_epoch", "restore.after_commit")
BROUGHT_BACK = (
    *RESTORE[:2], "backup.after_emptied", "backup.after_loaded", "restore.after_load",
    "restore.after_migrations", *RESTORE[2:],
)  # fmt: skip
"""The same where the restore loads a backup itself, in this order."""
REPLAY = "replay.after_enqueue"
RETRY_RECORD = "parked.after_record"
BLOCK = "relay.after_block"
BISECT = "consumer.after_bisect"
TIMER_FAILED = "timer.before_failed"
GAP = ("gap.after_hold", "gap.after_request")

REACHED = frozenset(
    {point for points in SEATS.values() for point in points}
    | {*IMPORT, UNDO, *RETRY, *DISCARD, *REBUILD, *BROUGHT_BACK, *GAP}
    | {REPLAY, RETRY_RECORD, BLOCK, BISECT, TIMER_FAILED}
)
"""Every point at which the suite lets a process die."""
