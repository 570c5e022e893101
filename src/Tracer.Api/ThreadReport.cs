// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution;

namespace Tracer.Api;

/// <summary>What one thread does, by its runtime's own account.</summary>
/// <param name="Name">The program's choice; sanitized.</param>
/// <param name="Tid">As we see it; 0 when it was not found.</param>
/// <param name="NamespaceTid">In the pid namespace of the process.</param>
/// <param name="State">Empty: not said.</param>
/// <param name="Frames">Innermost first.</param>
public sealed record ThreadReport(string Name, uint Tid, uint NamespaceTid, string State, IReadOnlyList<StackFrame> Frames);
