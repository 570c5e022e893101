// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Runtimes;

/// <summary>Every language runtime that is recognized: the only list of them.</summary>
public static class LanguageRuntimes
{
    public static IReadOnlyList<IRuntimeDetector> Detectors { get; } = [];
}
