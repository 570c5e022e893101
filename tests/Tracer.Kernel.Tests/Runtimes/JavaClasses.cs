// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;

namespace Tracer.Kernel.Tests.Runtimes;

/// <summary>The leaking program in Java, compiled once and again when its source changes.</summary>
internal static class JavaClasses
{
    public const string Program = "Leaking";

    private static readonly string Source = Path.Combine(Repository.Sources, "Targets", "runtimes", Program + ".java");

    public static string Folder { get; } = Path.Combine(Repository.Artifacts, "java");

    public static async Task Compile()
    {
        string compiled = Path.Combine(Folder, Program + ".class");
        if (File.Exists(compiled) && File.GetLastWriteTimeUtc(compiled) > File.GetLastWriteTimeUtc(Source))
            return;
        // The oldest version that is supported, so that any machine can run it.
        await Command.MustRun("javac", "--release", "11", "-d", Folder, Source);
    }
}
