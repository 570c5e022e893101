// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Tracer.Stacks.DotNet;
using Tracer.Stacks.Java;
using Tracer.Stacks.Node;
using Tracer.Stacks.Php;
using Tracer.Stacks.Python;

namespace Tracer.Stacks.Runtimes;

/// <summary>Every language runtime that is recognized: the only list of them.</summary>
public static class LanguageRuntimes
{
    public static IReadOnlyList<IRuntimeDetector> Detectors { get; } = For(RuntimeInformation.ProcessArchitecture);

    // What is known of the others' frames and structures is known of x86-64; .NET tells by itself.
    internal static IReadOnlyList<IRuntimeDetector> For(Architecture machine) => machine == Architecture.X64
        ? [new PythonDetector(), new PhpDetector(), new JavaDetector(), new DotNetDetector(), new NodeDetector()]
        : [new DotNetDetector()];
}
