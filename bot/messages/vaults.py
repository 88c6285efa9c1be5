"""Vaults, as somebody sees who looks at them."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from bot.domain.machines import Machine, segment
from bot.domain.vaults import VaultHealth, same_region
from bot.messages import lines
from bot.messages.blocks import Block, Message, code, context, esc, header, many, sections

_VAULTS: Final = 20


def vault(
    vault_id: str,
    *,
    machines: Sequence[Machine] | None,
    location: str,
    health: VaultHealth | None,
    by_container: bool,
    troubles: Sequence[str],
) -> list[Block]:
    """One vault: what is in it, how it is, and what cannot be read."""
    named = {region: name for m in machines or () for region, name in m.region_names.items()}
    where = f"in {esc(named.get(location, location))}" if location else "in an unknown region"
    said = [
        f"*{esc(segment(vault_id, 'vaults'))}* {where}",
        f"Subscription {code(segment(vault_id, 'subscriptions'))}, "
        f"resource group {esc(segment(vault_id, 'resourceGroups'))}",
    ]
    if machines is not None:
        said += _contents(machines)
        said += _standing_in_the_fire(machines, location)
    if health:
        said += _health(health)
    if by_container:
        said.append(
            ":memo: It is read container by container, for the role lacks "
            "`replicationProtectedItems/read` on the vault; that is a little slower."
        )
    said += [f":warning: {esc(one, 600)}" for one in troubles]
    return sections(said)


def vault_list(vaults: Sequence[Sequence[Block]]) -> Message:
    """Every vault, each as drawn above."""
    blocks = [header("Vaults"), *(block for one in vaults[:_VAULTS] for block in one[:2])]
    if len(vaults) > _VAULTS:
        blocks.append(context(f"… and {len(vaults) - _VAULTS} more."))
    return Message(text=f"{many(len(vaults), 'vault')}.", blocks=blocks)


def _contents(machines: Sequence[Machine]) -> list[str]:
    providers = Counter(m.provider or "unknown" for m in machines)
    kinds = ", ".join(f"{count} {esc(kind, 60)}" for kind, count in providers.most_common(8))
    ways = Counter((m.primary, m.recovery) for m in machines)
    directions = ", ".join(
        f"{esc(source, 60)} → {esc(target, 60)} ({count})"
        for (source, target), count in ways.most_common(6)
    )
    said = [many(len(machines), "machine") + (f": {kinds}" if kinds else "")]
    return [*said, f"Replicates {directions}"] if directions else said


def _standing_in_the_fire(machines: Sequence[Machine], location: str) -> list[str]:
    """Warn when the vault is in the region that it protects machines from."""
    inside = [
        m for m in machines if m.provider == "A2A" and same_region(location, m.primary_region)
    ]
    if not inside:
        return []
    return [
        f":warning: It is in {esc(inside[0].primary)}, the very region that it protects "
        f"{len(inside)} of its machines from, and may be down together with it."
    ]


def _health(health: VaultHealth) -> list[str]:
    counts = ", ".join(
        f"{lines.HEALTH_ICONS.get(word, ':white_circle:')} {count} {esc(word, 40)}"
        for word, count in health.counts.items()
    )
    said = [f"Azure's summary: {counts}"] if counts else []
    said += [lines.finding(one) for one in health.errors[:3]]
    return said + [
        f"• {esc(one.message, 200)} ({esc(one.code, 40)}): {one.count} affected"
        for one in health.issues[:6]
    ]
