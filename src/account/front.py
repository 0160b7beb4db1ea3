"""What every call passes: who calls, whether it may, what is to go wrong, who answers, what is remembered of it."""

from __future__ import annotations

import io
import logging
import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from html import unescape
from time import time
from typing import Any
from urllib.parse import parse_qs

from moto.core.exceptions import ServiceException
from moto.core.request import Request
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from . import agenda, authorization, faults
from .callers import caller_of
from .calls import Calls, about, reads
from .control import Control
from .events import EVENTS
from .gaps import rules
from .persistence import Saver
from .protocol import Answer, Understood, failure, success, understand
from .service import Call, Caller, Refusal
from .services import SERVICES

Environ = dict[str, Any]
StartResponse = Callable[..., Any]

_SCOPE = re.compile(r"Credential=([^/,\s]+)/\d+/([^/]+)/([^/]+)/aws4_request")
_UNSIGNED = {"AssumeRoleWithWebIdentity": "sts", "AssumeRoleWithSAML": "sts"}


class Front:
    """The account as a WSGI application."""

    def __init__(self, lock: threading.RLock, saver: Saver, calls: Calls, control: Control) -> None:
        self._lock = lock
        self._saver = saver
        self._calls = calls
        self._control = control
        self._moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if path.startswith("/_account/"):
            answer = self._control.answer(environ["REQUEST_METHOD"], path[len("/_account/") :], _query(environ), body)
        else:
            answer = self._answer(environ, body)
        headers = [(name, value) for name, value in answer.headers.items() if name.lower() != "content-length"]
        start_response(f"{answer.status} -", [*headers, ("Content-Length", str(len(answer.body)))])
        return [answer.body]

    def _answer(self, environ: Environ, body: bytes) -> Answer:
        request = Request({**environ, "wsgi.input": io.BytesIO(body)})
        key, region, service = _scope(environ, request)
        understood = understand(service, request)
        began = int(time() * 1000)
        with self._lock:
            agenda.run_due()
            call, answer = self._judged(key, region, service, understood, environ, body)
            changes = not reads(call.action)
            self._calls.add(
                time=began,
                service=service,
                action=call.action,
                caller=call.caller.arn,
                region=region,
                status=answer.status,
                code=answer.code,
                message=answer.message,
                reads=not changes,
                resource=about(call.parameters),
            )
            change = self._saver.changed() if changes else 0
        if change:
            self._saver.wait(change)
            EVENTS.changed()
        return answer

    def _judged(
        self, key: str, region: str, service: str, understood: Understood | None, environ: Environ, body: bytes
    ) -> tuple[Call, Answer]:
        """Who calls, and what comes back. Everything that may be refused is refused here."""
        nobody = Caller("", "", "")
        action = understood.operation.name if understood else f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
        call = Call(service, action, "", region, nobody, understood.parameters if understood else {})
        try:
            caller = caller_of(key)
            call = replace(call, caller=caller, account=caller.account)
            authorization.check(call)
            met = faults.meet(call)
            if met and met[0] == "late" and rules.can_fail_late(call):
                call = replace(call, late=met[1])
            elif met and met[0] != "after":
                raise met[1]
            answer = self._carried_out(call, understood, environ, body)
            if met and met[0] == "after" and not answer.code:
                raise met[1]
            return call, answer
        except ServiceException as error:
            refusal = error if isinstance(error, Refusal) else Refusal(error.code, error.message)
            return call, failure(understood, refusal) if understood else _plain(refusal)
        except Exception:
            # A defect of ours or of moto's: told as AWS tells of its own, and where it lies in the process's log.
            logging.exception("%s:%s", service, action)
            refusal = Refusal("InternalFailure", "The request processing has failed due to an unknown error.", 500)
            return call, failure(understood, refusal) if understood else _plain(refusal)

    def _carried_out(self, call: Call, understood: Understood | None, environ: Environ, body: bytes) -> Answer:
        if call.service in SERVICES:
            if not understood:
                raise Refusal("UnknownOperationException", f"{call.service} has no {call.action}", 404)
            return success(understood, SERVICES[call.service].answer(call))
        rules.before(call)
        own = rules.answer(call)
        if own is not None and understood:
            return success(understood, own)
        with rules.carrying_out(call):
            answer = self._asked_of_moto(call, environ, body)
        if not answer.code:
            rules.after(call)
        return answer

    def _asked_of_moto(self, call: Call, environ: Environ, body: bytes) -> Answer:
        passed = {
            **environ,
            "wsgi.input": io.BytesIO(body),
            "HTTP_X_MOTO_ACCOUNT_ID": call.account,
            # moto looks for a region there before it looks at the signature.
            "HTTP_USER_AGENT": "",
        }
        taken: list[Any] = []
        try:
            content = b"".join(self._moto(passed, lambda status, headers, *_: taken.extend((status, headers))))
        except NotImplementedError as error:
            raise Refusal("NotImplemented", f"{call.service}:{call.action}: {error}", 501) from error
        status = int(taken[0].split()[0])
        code, message = _error_in(content, dict(taken[1])) if status >= 400 else ("", "")
        return Answer(status, dict(taken[1]), content, code, message)


def _scope(environ: Environ, request: Request) -> tuple[str, str, str]:
    """Access key, region and service, from the signature in the header or in the query."""
    found = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    if found:
        return found.group(1), found.group(2), found.group(3)
    credential = _query(environ).get("X-Amz-Credential", "").split("/")
    if len(credential) == 5:
        return credential[0], credential[2], credential[3]
    return "", "us-east-1", _UNSIGNED.get(request.values.get("Action", ""), "s3")


def _query(environ: Environ) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(environ.get("QUERY_STRING", "")).items()}


def _error_in(content: bytes, headers: dict[str, str]) -> tuple[str, str]:
    """Code and message of an error that moto answered."""
    text = content.decode("utf8", "replace")
    named = next((value for name, value in headers.items() if name.lower() == "x-amzn-errortype"), "")
    code = re.search(r'<Code>(.*?)</Code>|"__type":\s*"(?:[^"]*#)?([^"]*)"|"code":\s*"([^"]*)"', text)
    message = re.search(r'<Message>(.*?)</Message>|"[Mm]essage":\s*"((?:[^"\\]|\\.)*)"', text, re.S)
    return named.rpartition("#")[2] or _first(code) or "Unknown", unescape(_first(message))


def _first(match: re.Match[str] | None) -> str:
    return next((group for group in match.groups() if group), "") if match else ""


def _plain(refusal: Refusal) -> Answer:
    body = f"{refusal.code}: {refusal.message}\n".encode()
    return Answer(refusal.status, {"Content-Type": "text/plain"}, body, refusal.code, refusal.message)
