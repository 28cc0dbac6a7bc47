"""What an audit says beside wrong gradients: cells unlike their neighbours, and what cannot be judged."""

from xlnet.audit.remarks.kinds import KINDS, breaks, not_judged, remarks
from xlnet.audit.remarks.network import Network

__all__ = ["KINDS", "Network", "breaks", "not_judged", "remarks"]
