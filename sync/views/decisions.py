"""A page on which a person decides: what it is about, what follows, and for what reason."""

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
    """One row to look at before deciding; two values are compared side by side."""

    label: str
    ours: str
    theirs: str = ""

    @property
    def differs(self) -> bool:
        """False where only one value is given."""
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
    """GET shows the question, POST decides; a reason is always stored."""

    raise_exception = True

    @abstractmethod
    def question(self, request: PortalRequest, pk: int) -> Question:
        """The question as the document now stands; 404 where it is unknown."""

    @abstractmethod
    def decide(self, request: PortalRequest, pk: int, reason: str, number: str) -> str:
        """Carry it out and return a sentence on what happens now. Raises ``ValueError`` with a
        sentence on why it cannot be done."""

    def get(self, request: PortalRequest, pk: int) -> HttpResponse:
        """Redirects where there is nothing to decide any more."""
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
