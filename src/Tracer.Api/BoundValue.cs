// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Api;

/// <summary>A limit the daemon keeps, how much of it is used, and how often something did not fit.</summary>
public sealed record BoundValue(string Name, ulong Used, ulong Limit, ulong Refused);
