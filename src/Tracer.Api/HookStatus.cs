// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Api;

/// <summary>Where one fact comes from on this kernel: the rung that carries, the better ones it refused, and what that costs.</summary>
public sealed record HookStatus(string Fact, string Rung, IReadOnlyList<(string Rung, string Reason)> Refused, string Cost);
