// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution;

/// <summary>
/// Takes the changes of a <see cref="SocketLedger"/> on its own thread. The socket is the ledger's memory: copy what outlives the call,
/// and do not call the ledger.
/// </summary>
public delegate void LedgerChangeSink(LedgerChangeKind kind, in TrackedSocket socket);
