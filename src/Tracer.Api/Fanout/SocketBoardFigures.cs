// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Api.Fanout;

/// <summary>How full the board and its watchers' queues are, and what did not fit.</summary>
internal readonly record struct SocketBoardFigures(
    int Sockets, int MaxSockets, ulong Published, ulong Refused, ulong Dropped, int LongestQueue);
