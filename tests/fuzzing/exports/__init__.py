"""Files as programs, offices and people write them: a corpus written without seeing the reader."""

from __future__ import annotations

from tests.fuzzing.exports.base import Export, judge
from tests.fuzzing.exports.cells import all_cells
from tests.fuzzing.exports.downloads import all_downloads
from tests.fuzzing.exports.layouts import all_layouts
from tests.fuzzing.exports.locales import all_locales
from tests.fuzzing.exports.makers import all_makers
from tests.fuzzing.exports.offices import all_offices
from tests.fuzzing.exports.portals import all_portals
from tests.fuzzing.exports.programs import all_programs
from tests.fuzzing.exports.sources import all_sources
from tests.fuzzing.exports.stamps import all_stamps

__all__ = ["Export", "all_exports", "judge"]


def all_exports() -> list[Export]:
    """Return all kinds; no two have one name."""
    kinds = [
        *all_offices(), *all_programs(), *all_locales(), *all_layouts(),
        *all_stamps(), *all_makers(), *all_cells(), *all_downloads(),
        *all_portals(), *all_sources(),
    ]  # fmt: skip
    names = [kind.name for kind in kinds]
    assert len(set(names)) == len(names), sorted(n for n in names if names.count(n) > 1)
    return kinds
