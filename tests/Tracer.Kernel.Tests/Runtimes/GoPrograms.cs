// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;

namespace Tracer.Kernel.Tests.Runtimes;

/// <summary>Targets/runtimes/leaking-go, compiled by Debian's Go without modules, registry or a cache outside the artifacts.</summary>
internal static class GoPrograms
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3); // the first time, net and all it needs are compiled

    private static readonly string Source = Path.Combine(Repository.Sources, "Targets", "runtimes", "leaking-go", "main.go");

    public static Task<string> Plain() => Compile("go", "");

    /// <summary>Without symbols and without DWARF.</summary>
    public static Task<string> Stripped() => Compile("go-stripped", "-s -w");

    /// <summary>Number of the source line that ends with a comment.</summary>
    public static int LineOf(string comment) => 1 + Array.FindIndex(File.ReadAllLines(Source), line => line.EndsWith("// " + comment, StringComparison.Ordinal));

    private static async Task<string> Compile(string variant, string linkerFlags)
    {
        string folder = Path.Combine(TargetPrograms.Folder, variant);
        string path = Path.Combine(folder, "leaking");
        if (File.GetLastWriteTimeUtc(path) > File.GetLastWriteTimeUtc(Source))
            return path;
        Directory.CreateDirectory(folder);
        string cache = Path.Combine(Repository.Artifacts, "go-cache");
        Command result = await Command.Run(
            Limit, "env", "GO111MODULE=off", "GOFLAGS=", "GOTOOLCHAIN=local", $"GOCACHE={cache}", "go", "build", "-ldflags", linkerFlags, "-o", path, Source);
        return result.ExitCode == 0 ? path : throw new InvalidOperationException($"go build: {result}");
    }
}
