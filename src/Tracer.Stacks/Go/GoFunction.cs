// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Go;

/// <summary>A function of the table.</summary>
/// <param name="Start">Linked address of its first byte.</param>
/// <param name="End">The address behind it, padding included.</param>
/// <param name="Record">Where its record is in the table.</param>
internal readonly record struct GoFunction(ulong Start, ulong End, int Record);
