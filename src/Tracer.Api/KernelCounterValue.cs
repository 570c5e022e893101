// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Api;

/// <summary>A counter of /proc/net/netstat or /proc/net/snmp, as in "TcpExt.ListenOverflows".</summary>
public readonly record struct KernelCounterValue(string Name, ulong Value, ulong SinceTracing);
