// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks;

/// <summary>What the caches of a symbolizer hold, and how often their bounds made them drop something.</summary>
public readonly record struct SymbolizerUsage(
    int ModuleCount, long ModuleBytes, ulong ModuleEvictions, long MappingCount, ulong ImageEvictions,
    long DebugInfoBytes);
