// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;

namespace Tracer.Stacks.Tests.DotNet;

/// <summary>
/// Compiles tests/data/targets/dotnet-app.txt once per test class, with the compiler of the SDK. Outside of /tmp, which some tests hide.
/// </summary>
public sealed class DotNetProgram : IDisposable
{
    private static readonly string Framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
    private static readonly string[] References =
        ["System.Private.CoreLib", "System.Runtime", "System.Net.Sockets", "System.Net.Primitives", "System.Console", "System.Collections"];

    private readonly string _folder = Directory.CreateDirectory(
        Path.Combine(AppContext.BaseDirectory, $"dotnet-app-{Environment.ProcessId}-{Guid.NewGuid():N}")).FullName;

    public DotNetProgram()
    {
        string compiler = Directory.GetDirectories(Path.Combine(Root, "sdk")).Order(StringComparer.Ordinal)
            .Select(sdk => Path.Combine(sdk, "Roslyn", "bincore", "csc.dll")).Last(File.Exists);
        TargetProgram.Run(Host,
            [compiler, "-nologo", "-optimize+", "-nostdlib", "-noconfig", $"-out:{Application}",
             .. References.Select(name => $"-r:{Path.Combine(Framework, name)}.dll"), Source("dotnet-app.txt")]);
        File.WriteAllText(Path.ChangeExtension(Application, ".runtimeconfig.json"),
            $$$"""{"runtimeOptions":{"tfm":"net{{{Environment.Version.ToString(2)}}}","framework":{"name":"Microsoft.NETCore.App","version":"{{{Path.GetFileName(Framework)}}}" } } }""");
    }

    internal static string Host { get; } = Path.Combine(Root, "dotnet");

    internal string Application => Path.Combine(_folder, "app.dll");

    private static string Root => Path.GetFullPath(Path.Combine(Framework, "..", "..", ".."));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    internal ProcessStartInfo StartInfo(string mode, int port) => new(Host, [Application, mode, $"{port}"]);

    /// <summary>The same in pid and mount namespaces of its own with an empty /var/tmp, after some commands.</summary>
    internal ProcessStartInfo StartInfoInNamespace(string commands, string mode, int port)
    {
        string script = $"mount -t tmpfs none /var/tmp; cp -r '{_folder}' /var/tmp/app; cd /var/tmp; {commands} exec \"$@\"";
        return new ProcessStartInfo(
            "unshare", ["--user", "--map-root-user", "--pid", "--mount", "--fork", "--mount-proc", "sh", "-c", script, "sh", Host, "/var/tmp/app/app.dll", mode, $"{port}"]);
    }

    /// <summary>Where the source of a target is.</summary>
    internal static string Source(string name)
    {
        DirectoryInfo folder = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Tracer.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("the tests run outside of the source tree");
        return Path.Combine(folder.FullName, "tests", "data", "targets", name);
    }
}
