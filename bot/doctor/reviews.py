"""Break-glass: what was done with fewer approvals, and nobody has looked over since."""

from bot.domain.diagnosis import Diagnosis, Subject
from bot.domain.reviews import due_at
from bot.runtime import Bot


async def examine_reviews(bot: Bot, subject: Subject) -> list[Diagnosis]:
    """What was done by breaking the glass and owes a review; nothing is said where that is not
    allowed."""
    owing, lost = await bot.redis.requests.unreviewed()
    if not owing and not lost:
        allowed = any(rule.break_glass for rule in bot.policy.rules)
        return [subject.good("Everything is reviewed.")] if allowed else []
    now = (await bot.redis.requests.snapshot()).now
    late = [one.id for one in owing if due_at(one) and now > due_at(one)]
    late += [f"{one} (its record cannot be read)" for one in lost]
    said = f"Not reviewed yet: {len(owing) + len(lost)}"
    said += f", of which overdue: {', '.join(late)}." if late else ", none of them overdue."
    return [subject.care(said, "/dr requests lists them first, with who is missing.")]
