"""The shapes of jobs, their tasks and their errors, and how they become our own words."""

from collections.abc import Iterator

from bot.domain.jobs import Job, JobError, JobStep
from bot.domain.outside import Source
from bot.gateways.azure.wire import Maybe, Shape, Text, When, Whole, made, when
from bot.gateways.azure.wire_lists import ListedShape


class ServiceErrorShape(Shape):
    code: Text = ""
    message: Text = ""
    possible_causes: Text = ""
    recommended_action: Text = ""


class ProviderErrorShape(Shape):
    error_code: Whole = None
    error_message: Text = ""
    possible_causes: Text = ""
    recommended_action: Text = ""


class JobErrorShape(Shape):
    service_error_details: Maybe[ServiceErrorShape] = None
    provider_error_details: Maybe[ProviderErrorShape] = None

    def error(self) -> JobError:
        """Say it in our words: the service's error, with the provider's where that is silent."""
        service = self.service_error_details or ServiceErrorShape()
        provider = self.provider_error_details or ProviderErrorShape()
        return JobError(
            code=service.code or str(provider.error_code or ""),
            message=service.message or provider.error_message,
            causes=service.possible_causes or provider.possible_causes,
            action=service.recommended_action or provider.recommended_action,
        )


class GroupShape(Shape):
    child_tasks: Maybe[tuple["TaskShape", ...]] = None


class JobTaskShape(Shape):
    job_id: Text = ""


class TaskDetailsShape(Shape):
    instance_type: Text = ""
    job_task: Maybe[JobTaskShape] = None
    instructions: Text = ""


class TaskShape(Shape):
    task_id: Text = ""
    name: Text = ""
    friendly_name: Text = ""
    state: Text = ""
    state_description: Text = ""
    start_time: When = None
    end_time: When = None
    custom_details: Maybe[TaskDetailsShape] = None
    group_task_custom_details: Maybe[GroupShape] = None

    def steps(self, depth: int = 0) -> tuple[JobStep, ...]:
        """Say it in our words, the nested tasks behind it."""
        details = self.custom_details or TaskDetailsShape()
        skipped = self.state_description == "Skipped"
        step = JobStep(
            name=self.friendly_name or self.name or self.task_id,
            state="Skipped" if skipped else self.state,
            id=self.task_id,
            kind=details.instance_type,
            instructions=details.instructions,
            depth=depth,
            started=when(self.start_time),
            ended=when(self.end_time),
        )
        nested = self.group_task_custom_details or GroupShape()
        return (step, *(one for t in nested.child_tasks or () for one in t.steps(depth + 1)))

    def flat(self) -> Iterator["TaskShape"]:
        """Name the task and those inside of it."""
        yield self
        for task in (self.group_task_custom_details or GroupShape()).child_tasks or ():
            yield from task.flat()


class JobDetailsShape(Shape):
    new_replication_protected_item_id: Text = ""


class ListedJobProperties(Shape):
    scenario_name: Text = ""
    state: Text = ""
    state_description: Text = ""
    target_object_name: Text = ""
    start_time: When = None
    end_time: When = None
    allowed_actions: Maybe[tuple[str, ...]] = None


class JobProperties(ListedJobProperties):
    activity_id: Text = ""
    tasks: Maybe[tuple[TaskShape, ...]] = None
    errors: Maybe[tuple[JobErrorShape, ...]] = None
    custom_details: Maybe[JobDetailsShape] = None


class ListedJobShape(ListedShape):
    """A job as lists have it, which come with a thousand: what is said of it is said of a shape
    and of its twin."""

    id: str
    name: str
    properties: ListedJobProperties

    def job(self) -> Job:
        """Say it in our words."""
        properties = self.properties
        return made(
            Job,
            id=self.id,
            name=self.name,
            scenario=properties.scenario_name or "",
            state=properties.state or "",
            words=properties.state_description or "",
            target=properties.target_object_name or "",
            started=when(properties.start_time),
            ended=when(properties.end_time),
            actions=properties.allowed_actions or (),
        )


class JobShape(Shape):
    id: str
    name: str
    properties: JobProperties

    def job(self) -> Job:
        """Say it in our words."""
        properties = self.properties
        details = properties.custom_details or JobDetailsShape()
        return Job(
            id=self.id,
            name=self.name,
            scenario=properties.scenario_name,
            state=properties.state,
            words=properties.state_description,
            target=properties.target_object_name,
            started=when(properties.start_time),
            ended=when(properties.end_time),
            activity=properties.activity_id,
            steps=tuple(step for task in properties.tasks or () for step in task.steps()),
            errors=tuple(error.error() for error in properties.errors or ()),
            actions=properties.allowed_actions or (),
            moved_to=details.new_replication_protected_item_id,
        )

    def source(self) -> Source:
        """Say where the job comes from, and which jobs are steps of it."""
        tasks = [one for task in self.properties.tasks or () for one in task.flat()]
        links = [one.custom_details.job_task for one in tasks if one.custom_details]
        inner = [link.job_id.rpartition("/")[2] for link in links if link and link.job_id]
        return Source(
            activity=self.properties.activity_id,
            inner=tuple(inner),
            nested=bool(inner) or any(one.group_task_custom_details for one in tasks),
        )
