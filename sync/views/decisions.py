"""A page on which a person decides: what it is about, what follows, and why it is wanted."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpResponse
from django.shortcuts import render
from django.views import View

from sync.forms.decisions import DecisionForm
from sync.views.people import PortalRequest
from sync.views.posted import back, done


@dataclass(frozen=True, slots=True)
class Fact:
    """One row that is looked at before deciding; two values stand side by side."""

    label: str
    ours: str
    theirs: str = ""

    @property
    def differs(self) -> bool:
        """Whether both sides are given and are not the same."""
        return bool(self.theirs) and self.ours != self.theirs


@dataclass(frozen=True, slots=True)
class Question:
    """What a person is asked: ``consequences`` say what happens next, in whole sentences."""

    title: str
    subject: str
    button: str
    consequences: list[str]
    back_to: str
    section: str = "orders"
    facts: list[Fact] = field(default_factory=list)
    sides: tuple[str, str] = ("", "")
    number_label: str = ""
    refusal: str = ""  # why there is nothing (more) to decide


class Decide(PermissionRequiredMixin, View):
    """GET asks, POST decides; a reason is always kept."""

    raise_exception = True

    @abstractmethod
    def question(self, request: PortalRequest, pk: int) -> Question:
        """What is asked of this document as it stands; 404 where it is unknown."""

    @abstractmethod
    def decide(self, request: PortalRequest, pk: int, reason: str, number: str) -> str:
        """Do it; the sentence says what now happens. Raises ``ValueError`` with one that says why
        it cannot be."""

    def get(self, request: PortalRequest, pk: int) -> HttpResponse:
        """The question; back where nothing is to be decided any more, or once it is decided."""
        question = self.question(request, pk)
        if question.refusal:
            messages.info(request, question.refusal)
            return back(request, question.back_to)
        given = request.POST if request.method == "POST" else None
        form = DecisionForm(given, number_label=question.number_label)
        if form.is_valid():
            reason, number = form.cleaned_data["reason"], form.cleaned_data.get("number", "")
            try:
                return done(request, self.decide(request, pk, reason, number), question.back_to)
            except ValueError as error:
                form.add_error(None, str(error))
        context = {"section": question.section, "question": question, "form": form}
        return render(request, "sync/decide.html", context, status=400 if form.is_bound else 200)

    post = get
