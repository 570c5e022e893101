// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Api.Fanout;

/// <summary>What one watcher lost, and the matching sockets as they are now.</summary>
internal sealed record SocketRecovery(ulong Lost, ulong LostTotal, List<SocketChange> Present);
