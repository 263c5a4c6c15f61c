"""People, teams, roles and models for machines: everybody reads, admins add and change through the acts."""

from collections.abc import Mapping
from typing import Any

from django.db import models, transaction
from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from teams.catalogue import add_role, change_role
from teams.filters import MLModelFilter, PersonFilter, RoleFilter, TeamFilter
from teams.founding import change_team, found_team
from teams.idempotency import IdempotentPosts
from teams.models import MLModel, Person, Role, Team
from teams.people import add_person, change_person, deactivate_person, reactivate_person
from teams.permissions import ReadOrAdmin
from teams.queries import all_models, all_people, all_roles, all_teams, seats_held_on
from teams.registering import change_model, register_model
from teams.rules import reader_of
from teams.serializers import MLModelSerializer, PersonSerializer, RoleSerializer, TeamSerializer


class OrganisationViewSet(IdempotentPosts, mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Any]):
    """Lists, one by key, POST and PATCH; what is special to a kind of thing are its two acts."""

    permission_classes = [ReadOrAdmin]
    lookup_field = "key"
    lookup_value_regex = "[a-z0-9-]{1,60}"

    def add(self, values: Mapping[str, Any], *, by: Person) -> models.Model:
        raise NotImplementedError

    def change(self, row: Any, values: Mapping[str, Any], *, by: Person) -> models.Model:
        raise NotImplementedError

    def create(self, request: Request) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        made = self.add(serializer.validated_data, by=reader_of(request))
        answer = self._shown(made)
        address = f"{request.build_absolute_uri(request.path)}{getattr(made, self.lookup_field)}/"
        return Response(answer.data, status=status.HTTP_201_CREATED, headers={"Location": address})

    def partial_update(self, request: Request, **lookup: str) -> Response:
        row = self.get_object()
        serializer = self.get_serializer(row, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        return Response(self._shown(self.change(row, serializer.validated_data, by=reader_of(request))).data)

    def _shown(self, row: models.Model) -> serializers.BaseSerializer[Any]:
        """The row as the lists show it, read again with all that belongs to it."""
        return self.get_serializer(self.get_queryset().get(pk=row.pk))


class TeamViewSet(OrganisationViewSet):
    """Teams, with the seats that are held today."""

    serializer_class = TeamSerializer
    filterset_class = TeamFilter

    def get_queryset(self) -> QuerySet[Team]:
        held = Prefetch("seats", seats_held_on(timezone.localdate()), to_attr="seats_held")
        return all_teams().prefetch_related(held)

    def add(self, values: Mapping[str, Any], *, by: Person) -> Team:
        return found_team(by=by, now=timezone.now(), **values)

    def change(self, row: Team, values: Mapping[str, Any], *, by: Person) -> Team:
        return change_team(row, by=by, now=timezone.now(), **values)


class PersonViewSet(OrganisationViewSet):
    """People. Somebody who left is set inactive, never deleted."""

    serializer_class = PersonSerializer
    filterset_class = PersonFilter
    lookup_field = "pk"
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Person]:
        return all_people()

    @transaction.atomic
    def add(self, values: Mapping[str, Any], *, by: Person) -> Person:
        fields = dict(values)
        is_active = fields.pop("is_active", True)
        person = add_person(by=by, now=timezone.now(), **fields)
        return person if is_active else deactivate_person(person, by=by, now=timezone.now())

    @transaction.atomic
    def change(self, row: Person, values: Mapping[str, Any], *, by: Person) -> Person:
        fields = dict(values)
        is_active = fields.pop("is_active", row.is_active)
        person = change_person(row, by=by, now=timezone.now(), **fields)
        if is_active == person.is_active:
            return person
        act = reactivate_person if is_active else deactivate_person
        return act(person, by=by, now=timezone.now())


class RoleViewSet(OrganisationViewSet):
    """The role catalogue."""

    serializer_class = RoleSerializer
    filterset_class = RoleFilter

    def get_queryset(self) -> QuerySet[Role]:
        return all_roles()

    def add(self, values: Mapping[str, Any], *, by: Person) -> Role:
        return add_role(by=by, now=timezone.now(), **values)

    def change(self, row: Role, values: Mapping[str, Any], *, by: Person) -> Role:
        return change_role(row, by=by, now=timezone.now(), **values)


class MLModelViewSet(OrganisationViewSet):
    """Models: ML systems, each owned by a team."""

    serializer_class = MLModelSerializer
    filterset_class = MLModelFilter

    def get_queryset(self) -> QuerySet[MLModel]:
        return all_models()

    def add(self, values: Mapping[str, Any], *, by: Person) -> MLModel:
        return register_model(by=by, now=timezone.now(), **values)

    def change(self, row: MLModel, values: Mapping[str, Any], *, by: Person) -> MLModel:
        return change_model(row, by=by, now=timezone.now(), **values)
