// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Api;

/// <summary>A monotonic count since the daemon started.</summary>
public sealed record CounterValue(string Name, ulong Value, string Help);
