"""Execute the book's pages: side by side, each in a kernel of its own, and only those whose inputs have changed."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from datetime import UTC, datetime
from pathlib import Path

import nbformat
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from trialbook.book.leaves import Executed, Page
from trialbook.errors import TrialbookError
from trialbook.pages.inputs import EXPORT_VARIABLE, KIT_ROOT, SHARED, Inputs
from trialbook.pages.records import Record

TIMEOUT = 600
KERNEL = "python3"
_LINE = re.compile(r"Cell In\[\d+\], line (\d+)")
_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def execute_pages(
    pages: list[Page],
    executed: Executed,
    inputs: Inputs,
    shared: Mapping[str, Callable[[], Path]],
    environment: Mapping[str, str],
    step: Callable[[str], None],
) -> list[str]:
    """Execute the pages that have to be; returns their names.

    ``shared`` make the files of what pages share; pages that show one wait for it, and the others go on meanwhile. Raises
    TrialbookError with page, cell and error where a cell raises, of several pages the first in the order of the book.
    """
    kernels = max(2, os.cpu_count() or 1)
    failures: dict[str, TrialbookError] = {}
    done: list[str] = []
    with ThreadPoolExecutor(1) as makers, ThreadPoolExecutor(kernels) as pool:
        # One after the other, and not in a thread that a page could wait for in vain.
        wanted = [name for name in shared if any(name in page.shows for page in pages)]
        made = {name: makers.submit(shared[name]) for name in wanted}

        def execute(page: Page) -> bool:
            if not page.code:
                return False
            own = inputs.with_shared({name: made[name].result() for name in sorted(page.shows & made.keys())})
            record = executed.record(page.name)
            if record and executed.notebook(page.name).is_file() and not record.stale(page.code, own):
                return False
            step(f"executing {page.name}")
            started = datetime.now(UTC)
            notebook, read = run_notebook(page, own, environment)
            executed.keep(page.name, notebook, Record.of(page.code, read, own, started))
            return True

        waiting = sorted(pages, key=lambda page: [name in page.shows for name in ("analysis", "run")])
        futures: dict[Future[bool], Page] = {pool.submit(execute, page): page for page in waiting}
        for future in as_completed(futures):
            name = futures[future].name
            try:
                if future.result():
                    done.append(name)
            except TrialbookError as error:
                failures[name] = error
    for page in pages:
        if page.name in failures:
            raise failures[page.name]
    return done


def run_notebook(page: Page, inputs: Inputs, environment: Mapping[str, str]) -> tuple[NotebookNode, dict[str, list[str]]]:
    """Run a page's cells; the notebook with its outputs, and what the kernel has read.

    Raises TrialbookError with page, cell, line and error where a cell raises, takes too long or ends its kernel.
    """
    notebook = page.notebook()
    if notebook.metadata.get("kernelspec", {}).get("name") != KERNEL:
        remedy = f"Begin the page with a header that says `file_format: mystnb` and names the kernel `{KERNEL}`."
        raise TrialbookError("names no kernel that the book has", file=_shown(page, inputs), remedy=remedy)
    where = {"metadata": {"path": str(page.file.parent)}}
    kernels = KernelSpecManager(kernel_dirs=[str(Path(environment["JUPYTER_PATH"].split(os.pathsep)[0]) / "kernels")])
    manager = AsyncKernelManager(kernel_name=KERNEL, kernel_spec_manager=kernels)
    client = NotebookClient(
        notebook, manager, timeout=TIMEOUT, kernel_name=KERNEL, resources=where, record_timing=False, shutdown_kernel="immediate"
    )
    # A loop of its own, closed again: pages run side by side in threads.
    read = asyncio.run(_run_cells(client, page, inputs, _variables(inputs, environment)))
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
    return notebook, read


async def _run_cells(client: NotebookClient, page: Page, inputs: Inputs, variables: dict[str, str]) -> dict[str, list[str]]:
    cells = [(at, cell) for at, cell in enumerate(client.nb.cells) if cell.cell_type == "code"]
    how = {"env": variables, "cwd": str(page.file.parent), "transport_encryption": "auto"}
    async with client.async_setup_kernel(**how, cleanup_kc=True):
        await _name_language(client)
        for number, (at, cell) in enumerate(cells, start=1):
            try:
                await client.async_execute_cell(cell, at, execution_count=number)
            except CellExecutionError as error:
                raise _failure(page, inputs, number, error) from None
            except CellTimeoutError:
                raise _broken(page, inputs, number, f"did not end in {TIMEOUT} seconds") from None
            except DeadKernelError:
                raise _broken(page, inputs, number, "ended its kernel") from None
        return await _report(client, inputs, len(client.nb.cells))


async def _name_language(client: NotebookClient) -> None:
    """Note the kernel's language in the notebook, as nbclient does when it runs a whole one: it colours shown code."""
    assert client.kc is not None
    told = await client.async_wait_for_reply(client.kc.kernel_info())
    if told is not None:
        client.nb.metadata["language_info"] = told["content"]["language_info"]


async def _report(client: NotebookClient, inputs: Inputs, at: int) -> dict[str, list[str]]:
    """Ask the kernel what it has read, in a cell that the page does not have."""
    roots = [KIT_ROOT, inputs.root, *filter(None, [inputs.export, *inputs.shared.values()])]
    asked = f"from trialbook.pages.reads import report as _report; print(_report(*{[str(root) for root in roots]!r}))"
    cell = nbformat.v4.new_code_cell(asked)
    client.nb.cells.append(cell)
    await client.async_execute_cell(cell, at, store_history=False)
    client.nb.cells.pop()
    said: dict[str, list[str]] = json.loads("".join(output.text for output in cell.outputs if output.get("name") == "stdout"))
    return said


def _variables(inputs: Inputs, environment: Mapping[str, str]) -> dict[str, str]:
    named = {EXPORT_VARIABLE: inputs.export} | {variable: inputs.shared.get(name) for name, variable in SHARED.items()}
    kept = {name: value for name, value in environment.items() if name not in (*named, "PYTHONDONTWRITEBYTECODE")}
    return kept | {name: str(path) for name, path in named.items() if path is not None}


def _failure(page: Page, inputs: Inputs, number: int, error: CellExecutionError) -> TrialbookError:
    line = _LINE.search(_COLOURS.sub("", error.traceback))
    place = f"cell {number}" + (f", line {line[1]}" if line else "")
    return TrialbookError(f"{error.ename}: {error.evalue}", file=_shown(page, inputs), place=place)


def _broken(page: Page, inputs: Inputs, number: int, what: str) -> TrialbookError:
    return TrialbookError(what, file=_shown(page, inputs), place=f"cell {number}")


def _shown(page: Page, inputs: Inputs) -> str:
    return page.file.relative_to(inputs.root).as_posix() if page.file.is_relative_to(inputs.root) else str(page.file)


def kernel_folder(work: Path) -> Path:
    """A Jupyter data folder whose kernel ``python3`` is this Python, and notes what it reads."""
    kernel = work / "jupyter" / "kernels" / KERNEL
    kernel.mkdir(parents=True, exist_ok=True)
    argv = [sys.executable, "-P", "-m", "trialbook.book.kernel", "-f", "{connection_file}"]
    metadata = {"supported_encryption": ["curve"]}
    spec = {"argv": argv, "display_name": "Python 3 (ipykernel)", "language": "python", "metadata": metadata}
    (kernel / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    return work / "jupyter"
