"""Comments on an order: who wrote what, and when."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from sync.forms.comments import CommentForm
from sync.models import OrderComment, SalesOrder
from sync.views.people import PortalRequest, needs
from sync.views.posted import redirect_back

MOST_SHOWN = 50
PERMISSION = "sync.comment_orders"


@dataclass(frozen=True, slots=True)
class Comments:
    """The newest first; ``has_more`` where older ones are left out."""

    shown: list[OrderComment]
    has_more: bool


def comments_on(order: SalesOrder, *, is_whole: bool = False) -> Comments:
    found = OrderComment.objects.filter(sales_order=order)
    shown = list(found if is_whole else found[: MOST_SHOWN + 1])
    has_more = not is_whole and len(shown) > MOST_SHOWN
    return Comments(shown[:MOST_SHOWN] if has_more else shown, has_more)


@needs(PERMISSION)
@require_http_methods(["GET", "HEAD", "POST"])
def comment_order(request: PortalRequest, pk: int) -> HttpResponse:
    """GET shows all comments with the form; what cannot be kept is shown again, as it was typed."""
    order = get_object_or_404(SalesOrder.objects.only("increment_id"), pk=pk)
    form = CommentForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        OrderComment.keep(order, request.user, form.cleaned_data["text"])
        messages.success(request, gettext("Your comment is kept."))
        return redirect_back(request, order.get_absolute_url())
    comments = comments_on(order, is_whole=True)
    context = {"section": "orders", "order": order, "comments": comments, "form": form}
    return render(request, "sync/comment.html", context, status=400 if form.is_bound else 200)
