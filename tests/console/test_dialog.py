"""A dialog's save button: pressed again, it does what was asked once."""

import asyncio

import pytest

from services.console.pages.dialog import one_at_a_time


async def test_what_is_pressed_again_while_it_runs_happens_once() -> None:
    begun, go_on = 0, asyncio.Event()

    async def save() -> None:
        nonlocal begun
        begun += 1
        await go_on.wait()

    press = one_at_a_time(save, lambda: True)
    presses = [asyncio.ensure_future(press()) for _ in range(3)]
    await asyncio.sleep(0)
    go_on.set()
    await asyncio.gather(*presses)
    assert begun == 1
    await press()
    assert begun == 2, "what was refused is corrected and saved again"


async def test_a_dialog_that_fades_saves_nothing_and_a_fault_keeps_nobody_out() -> None:
    begun, is_open = 0, True

    async def save() -> None:
        nonlocal begun
        begun += 1
        raise OSError("away")

    press = one_at_a_time(save, lambda: is_open)
    for _ in range(2):
        with pytest.raises(OSError, match="away"):
            await press()
    is_open = False
    await press()
    assert begun == 2
