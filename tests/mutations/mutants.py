"""Rules broken by hand, one at a time, in one engine: what the tests must notice."""

from __future__ import annotations

from typing import NamedTuple

#: Replacements in a file of `sim/queues/`; what is replaced occurs in it exactly once.
type Patch = dict[str, tuple[tuple[str, str], ...]]

COMPILED = "compiled_engine"


class Mutant(NamedTuple):
    """A rule, how each engine is made to break it, and whether closed forms should notice."""

    rule: str
    simpy: Patch
    compiled: Patch
    queueing: bool = False

    def patch(self, engine: str) -> Patch:
        """Return the changes for ``simpy`` or ``compiled``."""
        return self.compiled if engine == "compiled" else self.simpy


def _one(module: str, old: str, new: str) -> Patch:
    return {module: ((old, new),)}


def _compiled(*replacements: tuple[str, str]) -> Patch:
    return {COMPILED: replacements}


MUTANTS = (
    Mutant(
        "the youngest is served first",
        _one(
            "hall",
            "(visit.tier, visit.order, visit.id, visit)",
            "(visit.tier, -visit.order, visit.id, visit)",
        ),
        _compiled(("return bool(p.order < q.order)", "return bool(p.order > q.order)")),
        queueing=True,
    ),
    Mutant(
        "breaks are forgotten",
        _one("doors", "intervals(shift) if", "[(shift[0, 0], max(i[1] for i in intervals(shift)))] if"),
        _compiled(
            (
                "    _count_on_duty(b, o, 0)\n    if t < official.last_end:\n        return\n",
                "    if t < official.last_end:\n        return\n    _count_on_duty(b, o, 0)\n",
            )
        ),
    ),
    Mutant(
        "desks are 5 % slower",
        _one("floor", "duration = visit.duration()", "duration = 1.05 * visit.duration()"),
        _compiled(("_push(b, ENDS, t + duration, 2 * i)", "_push(b, ENDS, t + 1.05 * duration, 2 * i)")),
        queueing=True,
    ),
    Mutant(
        "of those who came at one minute the highest id goes first",
        _one(
            "hall",
            "(visit.tier, visit.order, visit.id, visit)",
            "(visit.tier, visit.order, -visit.id, visit)",
        ),
        _compiled(("return bool(i < j)", "return bool(i > j)")),
    ),
    Mutant(
        "of officials idle equally long the highest number serves",
        _one("staff", "return min(members(fewest), key=", "return min(reversed(list(members(fewest))), key="),
        _compiled(
            (
                "if not b.free_since[o] < since or o == other:",
                "if b.free_since[o] == np.inf or b.free_since[o] > since or o == other:",
            )
        ),
    ),
    Mutant(
        "patience that ends as an official becomes free is lost",
        _one(
            "simpy_engine",
            "            if floor.touched:\n",
            "            self.part_with_impatient()\n            if floor.touched:\n",
        ),
        _compiled(
            (
                "    if b.counts[MARKED] > 0:\n        _walk(b, t)\n    for x in range(b.counts[LEAVING]):\n"
                "        i = b.list[LEAVING, x].item\n        if b.person[i].state == WAITING:\n"
                "            _leave(b, i, RENEGED, t)\n    b.counts[LEAVING] = 0\n",
                "    for x in range(b.counts[LEAVING]):\n"
                "        i = b.list[LEAVING, x].item\n        if b.person[i].state == WAITING:\n"
                "            _leave(b, i, RENEGED, t)\n    b.counts[LEAVING] = 0\n"
                "    if b.counts[MARKED] > 0:\n        _walk(b, t)\n",
            )
        ),
    ),
    Mutant(
        "the official with fewest skills is not preferred",
        _one(
            "staff",
            "fewest = next(filter(None, map(officials.__and__, self.by_skills)))",
            "fewest = officials",
        ),
        _compiled(("if best >= 0 and official.skills > b.officer[best].skills:", "if best < -1:")),
    ),
    Mutant(
        "the official longest idle is not preferred",
        _one(
            "staff",
            "return min(members(fewest), key=self.idle_since.__getitem__)",
            "return min(members(fewest))",
        ),
        _compiled(
            (
                "if not b.free_since[o] < since or o == other:",
                "if b.free_since[o] == np.inf or best >= 0 or o == other:",
            )
        ),
    ),
    Mutant(
        "patience runs on while the door rests",
        _one("rules", "            ends += reopen - max(base, shut)\n", "            ends += 0.0\n"),
        _compiled(("deadline = deadline + (reopen - max(base, shut))", "deadline = deadline + 0.0")),
    ),
    Mutant(
        "patience runs while people wait outside",
        _one(
            "floor",
            "base = max(visit.arrival, opening, visit.appointed)",
            "base = max(visit.arrival, visit.appointed)",
        ),
        _compiled(("    base = visit.ticket\n", "    base = visit.arrival\n")),
    ),
    Mutant(
        "nobody works overtime",
        _one("staff", "0 if setting.send_away else stays_for", "0 if setting is not None else stays_for"),
        _compiled(("if b.shifts[o, s, 0] < close <= b.shifts[o, s, 1]:", "if close < -1.0:")),
    ),
    Mutant(
        "who is held does not wait for second matters",
        _one(
            "floor",
            "staff.release_held(self.now, waited_for | self.hall.pending.services)",
            "staff.release_held(self.now, waited_for)",
        ),
        _compiled(("(b.service[k].waiting > 0 or b.service[k].pending > 0)", "(b.service[k].waiting > 0)")),
    ),
    Mutant(
        "a first remote visit needs no guide",
        _one("staff", "        if guidance < 0:\n", "        if guidance >= -1:\n"),
        _compiled(
            (
                "    if k.guide >= 0:\n        guide = _choose",
                "    if k.guide >= 99:\n        guide = _choose",
            )
        ),
    ),
    Mutant(
        "a pool is served point by point",
        {
            "floor": (
                (
                    "heappush(heads, (*line.head()[:3], line))",
                    "heappush(heads, (line.point, *line.head()[1:3], line))",
                ),
            ),
            "hall": (("heads.append((rank[0], rank[1],", "heads.append((line.point, rank[1],"),),
        },
        _compiled(
            (
                "            if _before(b, b.list[HEAD, x].item, b.list[HEAD, best].item):\n",
                "            p = b.klass[b.list[MARKED, x].item].point\n"
                "            q = b.klass[b.list[MARKED, best].item].point\n"
                "            first = _before(b, b.list[HEAD, x].item, b.list[HEAD, best].item)\n"
                "            if p < q or (p == q and first):\n",
            )
        ),
    ),
    Mutant(
        "no-shows count in the queue that people see",
        _one("hall", "tally = self.no_shows if visit.no_show else self.queue", "tally = self.queue"),
        _compiled(("    if k.no_show != 0:\n        return\n    k.waiting", "    k.waiting")),
    ),
    Mutant(
        "booked people have no precedence",
        _one(
            "rules",
            "return BOOKED if appointed <= now else BEFORE_TIME",
            "return WALK_IN if appointed <= now else BEFORE_TIME",
        ),
        _compiled(
            (
                "1 if visit.booked == 0 else (2 if visit.appointed > t else 0)",
                "1 if visit.booked == 0 else (2 if visit.appointed > t else 1)",
            )
        ),
        queueing=True,
    ),
    Mutant(
        "who is before the appointed time ranks as booked",
        _one("rules", "return BOOKED if appointed <= now else BEFORE_TIME", "return BOOKED"),
        _compiled(
            ("1 if visit.booked == 0 else (2 if visit.appointed > t else 0)", "1 if visit.booked == 0 else 0")
        ),
    ),
    Mutant(
        "after a failed session one queues from the end",
        _one(
            "floor",
            "self.arise(self.people[visit.requeue], visit.order)",
            "self.arise(self.people[visit.requeue], self.now)",
        ),
        _compiled(("_release(b, requeue, t, b.person[i].order)", "_release(b, requeue, t, t)")),
    ),
    Mutant(
        "places are not needed",
        _one("floor", "(line.place >= 0 and not places[line.place])", "(line.place >= 99)"),
        _compiled(("if k.place >= 0 and b.free[k.point, k.place] <= 0:", "if k.place >= 99:")),
    ),
    Mutant(
        "the minute of closing is open still",
        _one(
            "simpy_engine",
            "            yield self.until(window[1])\n",
            "            yield self.until(window[1] + 1 / 65536)\n",
        ),
        _compiled(
            (
                "        _note(b, t)\n        _arrivals(b, t)\n        _settle(b, t)\n",
                "        _arrivals(b, t)\n        _note(b, t)\n        _settle(b, t)\n",
            )
        ),
    ),
    Mutant(
        "people turn away by the ratio, not its square",
        _one("rules", "return balk_u < min(1.0, ratio * ratio / 2)", "return balk_u < min(1.0, ratio / 2)"),
        _compiled(("min(1.0, r * r / 2.0)", "min(1.0, r / 2.0)")),
    ),
    Mutant(
        "who is on call comes at once",
        _one("simpy_engine", "self.env.now + self.floor.setting.fetch_minutes", "self.env.now"),
        _compiled(("_alarm(b, t + b.fetch_minutes, o, COMES)", "_alarm(b, t, o, COMES)")),
    ),
    Mutant(
        "who gives up drops the second matter",
        _one(
            "floor",
            "            if visit.second >= 0:\n",
            "            if visit.second >= 0 and visit.outcome == Outcome.SERVED:\n",
        ),
        _compiled(
            (
                "        _release(b, second, t, t)\n",
                "        _release(b, second, t, t) if outcome == SERVED else _void(b, second)\n",
            )
        ),
    ),
    Mutant(
        "who cannot start blocks all who come after",
        _one(
            "floor",
            "            visit = self.start_first(line)\n            if visit:\n",
            "            visit = self.start_first(line)\n            if not visit:\n                break\n"
            "            if visit:\n",
        ),
        _compiled(
            (
                "            size -= 1\n            b.list[MARKED, best]",
                "            size = size - 1 if started else 0\n            b.list[MARKED, best]",
            )
        ),
    ),
)
