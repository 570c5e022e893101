// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;

namespace Tracer.Kernel.Tests.Runtimes;

/// <summary>Targets/runtimes/dotnet-leaking.txt, compiled by the compiler of the SDK that runs this test.</summary>
internal static class DotNetProgram
{
    private static readonly string Framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
    private static readonly string Root = Path.GetFullPath(Path.Combine(Framework, "..", "..", ".."));
    private static readonly string[] References =
        ["System.Private.CoreLib", "System.Runtime", "System.Net.Sockets", "System.Net.Primitives", "System.Console", "System.Collections"];

    public static string Host { get; } = Path.Combine(Root, "dotnet");

    public static string Application { get; } = Path.Combine(Repository.Artifacts, "targets", "dotnet-leaking.dll");

    public static async Task Compile()
    {
        string source = Path.Combine(Repository.Sources, "Targets", "runtimes", "dotnet-leaking.txt");
        if (File.GetLastWriteTimeUtc(Application) > File.GetLastWriteTimeUtc(source))
            return;
        Directory.CreateDirectory(Path.GetDirectoryName(Application)!);
        string compiler = Directory.GetDirectories(Path.Combine(Root, "sdk")).Order(StringComparer.Ordinal)
            .Select(sdk => Path.Combine(sdk, "Roslyn", "bincore", "csc.dll")).Last(File.Exists);
        string framework = $$"""{"name":"Microsoft.NETCore.App","version":"{{Path.GetFileName(Framework)}}"}""";
        await File.WriteAllTextAsync(
            Path.ChangeExtension(Application, ".runtimeconfig.json"),
            $$"""{"runtimeOptions":{"tfm":"net{{Environment.Version.ToString(2)}}","framework":{{framework}} } }""");
        await Command.MustRun(
            Host, [compiler, "-nologo", "-optimize+", "-nostdlib", "-noconfig", $"-out:{Application}",
                .. References.Select(name => $"-r:{Path.Combine(Framework, name)}.dll"), source]);
    }
}
