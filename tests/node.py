"""How the tests speak with their node: quickly, and patiently where it is a moment late."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from web3.middleware import Web3Middleware


def trust_nobody(provider: Any) -> None:
    """Let requests not look for proxies and passwords before each of thousands of calls."""
    from requests import Session

    session = Session()
    session.trust_env = False
    provider._request_session_manager.cache_and_return_session(provider.endpoint_uri, session)


class PatientReceipts(Web3Middleware):
    """Waits for what Anvil knows a moment later: Brownie would call the transaction dropped."""

    METHODS = ("eth_getTransactionByHash", "eth_getTransactionReceipt")
    SECONDS = 5.0

    def wrap_make_request(self, make_request: Callable[..., Any]) -> Callable[..., Any]:
        """Return a request function that asks again while there is no answer."""

        def request(method: Any, params: Any) -> Any:
            until = time.monotonic() + self.SECONDS
            answer = make_request(method, params)
            while method in self.METHODS and not answer.get("result"):
                if time.monotonic() > until:
                    break
                time.sleep(0.002)
                answer = make_request(method, params)
            return answer

        return request
