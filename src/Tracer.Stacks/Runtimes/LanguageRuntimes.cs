// SPDX-License-Identifier: Apache-2.0
using Tracer.Stacks.DotNet;
using Tracer.Stacks.Java;
using Tracer.Stacks.Node;
using Tracer.Stacks.Php;
using Tracer.Stacks.Python;

namespace Tracer.Stacks.Runtimes;

/// <summary>Every language runtime that is recognized: the only list of them.</summary>
public static class LanguageRuntimes
{
    public static IReadOnlyList<IRuntimeDetector> Detectors { get; } =
        [new PythonDetector(), new PhpDetector(), new JavaDetector(), new DotNetDetector(), new NodeDetector()];
}
