// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution;

/// <summary>How many descriptors a process has open, and its soft limit; 0: not known.</summary>
public readonly record struct DescriptorFacts(ulong Open, ulong Limit);
