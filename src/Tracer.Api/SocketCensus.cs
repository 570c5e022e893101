// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution;

namespace Tracer.Api;

/// <summary>How many sockets there are, by verdict.</summary>
/// <param name="CloseWaits">In CLOSE_WAIT.</param>
/// <param name="LeftOpen">Ended with a descriptor left open.</param>
/// <param name="Verdicts">Of both; those that are not zero.</param>
public sealed record SocketCensus(ulong CloseWaits, ulong LeftOpen, IReadOnlyDictionary<Verdict, ulong> Verdicts);
