"""Starts the program as a user does: the installed command, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

#: The command that installing the package made.
VISITSIM = str(Path(sys.executable).with_name("visitsim"))


def visitsim(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command with these words and return its exit code and what it printed."""
    return subprocess.run(
        [VISITSIM, *words], capture_output=True, text=True, check=False, cwd=cwd, timeout=300
    )
