// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;

namespace Tracer.Incidents.Software;

/// <summary>Go programs of Targets/, compiled by Debian's Go with Debian's libraries: without modules and registry.</summary>
internal static class GoBuild
{
    public const string Program = "/usr/bin/go";

    public const string Package = "golang-go";

    private const string Libraries = "/usr/share/gocode";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4); // the first time, net/http and all it needs are compiled

    /// <param name="name">Folder below Targets/.</param>
    public static async Task<string> Compile(string name)
    {
        string source = Path.Combine(Repository.Sources, "Targets", name, "main.go");
        string path = Path.Combine(Repository.Artifacts, name);
        if (File.GetLastWriteTimeUtc(path) > File.GetLastWriteTimeUtc(source))
            return path;
        Directory.CreateDirectory(Repository.Artifacts);
        Command result = await Command.Run(
            Limit, "env", "GO111MODULE=off", $"GOPATH={Libraries}", "GOFLAGS=", "GOTOOLCHAIN=local", $"GOCACHE={Path.Combine(Repository.Artifacts, "go-cache")}",
            Program, "build", "-o", path, source);
        return result.ExitCode == 0 ? path : throw new InvalidOperationException($"go build: {result}");
    }
}
