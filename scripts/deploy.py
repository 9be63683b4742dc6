"""Deploy the contracts and write the manifest: `brownie run deploy [plan] --network NAME`.

Run it as often as you like. It deploys what is missing, goes on after an interruption, refuses
where the code on chain is not what contracts/ compile to, and sends nothing when all is there.
`brownie run deploy plan` prints what would be deployed and sends nothing at all.

It asks nothing. These environment variables say what the defaults do not:

MANIFEST       the file to write; build/manifests/<chain id>.json
FOUNDERS       who founds the consortium, a file as scripts/alliance/party.py says; on a development
               chain the sandbox's two hospitals
AGREEMENT      folder of the agreement's texts; scripts/agreement/v1
DEPLOYER       a chartkey key file (*.json), or an account in Brownie's keystore; on a development
               chain the node's first account
PASSWORD_FILE  file whose first line opens it, mode 0600
CONFIRMATIONS  blocks until something counts as settled; by default more than half of Clique's
               sealers (P60), and 1 on a development chain
MAX_HEAD_AGE   seconds after which a node's newest block is too old to trust; 60, and no limit on a
               development chain
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from brownie import accounts, chain, rpc, web3
from chartkey.crypto.keyfile import KeyFile

from scripts.alliance.artifacts import Artifact, load
from scripts.alliance.deployer import Deployer
from scripts.alliance.deployment import Deployment
from scripts.alliance.parameters import ROOT, Parameters
from scripts.alliance.refusal import plainly
from scripts.alliance.table import plan_table


def main() -> None:
    """Deploy what is missing and write the manifest."""
    with plainly():
        _deployment().run()
        if rpc.is_active() and rpc.is_child():
            print("Brownie started this chain, and it ends with this script.")


def plan() -> None:
    """Print what `main` would find and deploy; send nothing, write nothing."""
    with plainly():
        print(plan_table(_deployment().plan()))
        print("Nothing was sent.")


def _deployment() -> Deployment:
    parameters = Parameters.read(chain.id, development=rpc.is_active())
    account = _account(parameters)

    def create(artifact: Artifact, arguments: Sequence[Any], nonce: int) -> int:
        # Not Brownie's own deploy: it keeps a record that the manifest makes needless, and that
        # stops it from connecting once a chain was made anew under the same id.
        data = artifact.creation + artifact.encode(arguments)
        # Nodes do not relay what pays nothing.
        price = max(1, web3.eth.gas_price)
        receipt = account.transfer(data=data.hex(), nonce=nonce, gas_price=price, silent=True)
        return int(receipt.block_number)

    return Deployment(
        Deployer(web3, account.address, create),
        load(ROOT),
        parameters.founding(),
        parameters.manifest,
        parameters.settings(web3),
        print,
    )


def _account(parameters: Parameters) -> Any:
    if parameters.deployer is None:
        return accounts[0]
    if parameters.deployer.endswith(".json"):
        keys = KeyFile.open(parameters.deployer, parameters.password())
        return accounts.add(keys.account.key)
    return accounts.load(parameters.deployer, password=parameters.password())
