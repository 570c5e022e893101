// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Capture;

/// <summary>One way to learn a fact.</summary>
/// <param name="Name">As shown to users and taken by <c>--hooks</c>.</param>
/// <param name="Programs">BPF programs it needs.</param>
/// <param name="Cost">What is lost with it compared to the best rung; empty: nothing.</param>
/// <param name="Trial">Asks the kernel; null: always possible.</param>
public sealed record HookRung(string Name, IReadOnlyList<string> Programs, string Cost, HookTrial? Trial = null);
