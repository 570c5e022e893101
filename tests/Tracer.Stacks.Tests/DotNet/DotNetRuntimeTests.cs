// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Text;
using Tracer.Linux.Procfs;
using Tracer.Stacks.DotNet;
using Tracer.Stacks.Runtimes;
using Tracer.Stacks.Tests.Runtimes;
using Xunit;

namespace Tracer.Stacks.Tests.DotNet;

/// <summary>Names the code of running .NET programs that know nothing of it.</summary>
public sealed class DotNetRuntimeTests(DotNetProgram program) : IClassFixture<DotNetProgram>
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Stack_of_a_blocking_read_has_its_jitted_and_precompiled_methods_in_order()
    {
        using var target = RunningTarget.Start(port => program.StartInfo("sync", port));
        target.WaitForReceive();
        using TargetProcess process = target.Open();
        using ILanguageRuntime runtime = Detect(process);

        (string Name, string Path)[] frames = [.. NamesOnStack(target, process, runtime)];

        string[] expected = ["System.Net.Sockets.Socket.Receive", "App.UserSyncInner", "App.UserSyncRead", "App.Main"];
        Assert.Equal(expected, frames.Select(frame => frame.Name).Distinct().Where(expected.Contains));
        Assert.Contains(frames, frame => frame.Name == "System.Net.Sockets.Socket.Receive" && frame.Path.EndsWith("/System.Net.Sockets.dll", StringComparison.Ordinal));
        Assert.Equal("", runtime.Limitation);
        Assert.Equal($".NET {Environment.Version}", runtime.Name);
        AssertNothingLeft(target, process);
    }

    [Fact]
    public void Async_methods_lambdas_local_functions_and_iterators_have_the_names_that_were_written()
    {
        using var target = RunningTarget.Start(port => program.StartInfo("async", port));
        target.Finish();
        Assert.Equal("54", target.Ask("text"));
        using TargetProcess process = target.Open();
        using ILanguageRuntime runtime = Detect(process);

        string[] names = [.. AllNames(target, process, runtime)];

        Assert.Contains("App.UserAsyncInner", names);
        Assert.Contains("App.UserAsyncOuter", names);
        Assert.Contains("App.Main", names);
        Assert.Contains("App.Answer.Local", names);
        Assert.Contains("App.Answer.lambda", names);
        Assert.Contains("App.Numbers", names);
        Assert.Contains("Inner.Generic<,>.Twice", names);
        Assert.DoesNotContain(names, name => name.StartsWith("App", StringComparison.Ordinal) && name.Contains("d__", StringComparison.Ordinal));
        AssertNothingLeft(target, process);
    }

    [Fact]
    public void Code_that_is_compiled_later_is_found_by_asking_again_but_not_at_once()
    {
        using var target = RunningTarget.Start(port => program.StartInfo("sync", port));
        target.WaitForReceive();
        using TargetProcess process = target.Open();
        using ILanguageRuntime runtime = Detect(process);
        string[] before = [.. AllNames(target, process, runtime)];
        target.Finish();
        target.Ask("text");

        ulong anonymous = process.Mappings.First(mapping => mapping.IsExecutable && mapping.Path.StartsWith("/memfd:doublemapper", StringComparison.Ordinal)).Start;
        runtime.TryName(anonymous, []);
        Assert.Equal(before.Length, ((DotNetRuntime)runtime).Code.Count);
        _time.Advance(TimeSpan.FromSeconds(3));
        runtime.TryName(anonymous + 1, []);

        Assert.DoesNotContain("App.Answer", before);
        Assert.Contains("App.Answer", AllNames(target, process, runtime));
        Assert.True(((DotNetRuntime)runtime).Code.Count > before.Length);
        AssertNothingLeft(target, process);
    }

    [Fact]
    public void Program_in_its_own_pid_and_mount_namespaces_is_asked_there()
    {
        using var target = RunningTarget.Start(port => program.StartInfoInNamespace("mount -t tmpfs none /tmp;", "sync", port));
        target.WaitForReceive();
        using TargetProcess process = target.Open();
        using ILanguageRuntime runtime = Detect(process);

        Assert.NotEqual(process.Pid, process.NamespacePid);
        Assert.Contains("App.UserSyncInner", NamesOnStack(target, process, runtime).Select(frame => frame.Name));
        Assert.Empty(Directory.GetFiles($"/proc/{target.Pid}/root/tmp", "*.dump"));
        Assert.False(File.Exists($"/tmp/jit-{process.NamespacePid}.dump"));
    }

    [Fact]
    public void Jit_dump_has_the_same_methods_as_the_event_session()
    {
        using var target = RunningTarget.Start(port => program.StartInfo("sync", port));
        target.WaitForReceive();
        using TargetProcess process = target.Open();
        using ILanguageRuntime runtime = Detect(process);
        var port = new DiagnosticPort(process, "/tmp", process.StartTicks);
        var dump = new JitDump(process, DotNetSettings.Parse([]), port);
        CodeTable dumped = CodeTable.Empty;
        // The runtime cuts a dump off when it makes room for stubs in the same moment.
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                var builder = new CodeTableBuilder();
                bool isTaken = dump.Take(builder) == JitDump.Outcome.Taken;
                dumped = builder.Build();
                return isTaken && process.RefreshMappings();
            },
            TimeSpan.FromSeconds(30)));
        AssertNothingLeft(target, process);

        for (int i = 0; i < dumped.Count; i++)
        {
            CodeFrame expected = MethodName.Parse(Encoding.UTF8.GetString(dumped.NameOf(i)));
            var frames = new List<CodeFrame>();
            if (expected.Kind == FrameKind.Stub)
                continue;
            Assert.True(runtime.TryName(dumped[i].Start, frames), expected.Function);
            Assert.Equal(expected, frames[0]);
        }

        Assert.True(dumped.Count > 300);
    }

    [Fact]
    public void Program_that_cannot_write_its_temporary_folder_needs_not_to()
    {
        const string commands = "export TMPDIR=/var/tmp; mount -t tmpfs -o ro none /tmp;";
        using var target = RunningTarget.Start(port => program.StartInfoInNamespace(commands, "sync", port));
        target.WaitForReceive();
        using TargetProcess process = target.Open();
        using ILanguageRuntime runtime = Detect(process);

        string[] expected = ["System.Net.Sockets.Socket.Receive", "App.UserSyncInner", "App.UserSyncRead", "App.Main"];
        Assert.Equal(expected, NamesOnStack(target, process, runtime).Select(frame => frame.Name).Distinct().Where(expected.Contains));
        Assert.Equal("", runtime.Limitation);
    }

    [Fact]
    public void Program_without_diagnostics_says_so_and_is_left_alone()
    {
        using var target = RunningTarget.Start(port => With(program.StartInfo("sync", port), "DOTNET_EnableDiagnostics", "0"));
        target.WaitForReceive();
        using TargetProcess process = target.Open();
        using ILanguageRuntime runtime = Detect(process);

        Assert.Empty(NamesOnStack(target, process, runtime));
        Assert.Contains("DOTNET_EnableDiagnostics=0", runtime.Limitation, StringComparison.Ordinal);
    }

    [Fact]
    public void Dump_that_somebody_else_switched_on_stays()
    {
        using var target = RunningTarget.Start(port => program.StartInfo("sync", port));
        target.WaitForReceive();
        using TargetProcess process = target.Open();
        string dump = $"/tmp/jit-{target.Pid}.dump";
        Assert.Equal(PortAnswer.Done, new DiagnosticPort(process, "/tmp", process.StartTicks).EnableJitDump(TimeSpan.FromMinutes(1)));
        try
        {
            Assert.True(process.RefreshMappings());
            using (ILanguageRuntime runtime = Detect(process))
                Assert.Contains("App.UserSyncInner", NamesOnStack(target, process, runtime).Select(frame => frame.Name));
            var builder = new CodeTableBuilder();
            new JitDump(process, DotNetSettings.Parse([]), new DiagnosticPort(process, "/tmp", process.StartTicks)).Take(builder);
            Assert.True(builder.Count > 300);

            Assert.True(File.Exists(dump));
            Assert.True(process.RefreshMappings());
            Assert.Contains(process.Mappings, mapping => mapping.Path == dump && !mapping.IsDeleted);
        }
        finally
        {
            File.Delete(dump);
        }
    }

    [Fact]
    public void Perf_map_that_was_switched_on_with_the_program_goes_on()
    {
        using var target = RunningTarget.Start(port => With(program.StartInfo("sync", port), "DOTNET_PerfMapEnabled", "3"));
        target.WaitForReceive();
        using TargetProcess process = target.Open();
        string map = $"/tmp/perf-{target.Pid}.map";
        try
        {
            using (ILanguageRuntime runtime = Detect(process))
                Assert.Contains("App.UserSyncInner", NamesOnStack(target, process, runtime).Select(frame => frame.Name));

            target.Finish();
            target.Ask("text");
            Assert.True(SpinWait.SpinUntil(() => File.ReadAllText(map).Contains("App::Answer", StringComparison.Ordinal), TimeSpan.FromSeconds(30)));
        }
        finally
        {
            File.Delete(map);
        }
    }

    [Fact]
    public void Process_without_the_runtime_is_not_one()
    {
        using Process sleep = Process.Start("sleep", "60");
        try
        {
            TargetProcess? process = null;
            // It may not have come as far as its own program yet.
            Assert.True(SpinWait.SpinUntil(
                () => new ProcessReader(new ProcfsRoot()).ReadStat((uint)sleep.Id, out ProcessStat stat) == ProcfsStatus.Ok && stat.Comm == "sleep"
                    && TargetProcess.Open(new ProcfsRoot(), (uint)sleep.Id, stat.StartBoottimeNs, out process) == ProcfsStatus.Ok,
                TimeSpan.FromSeconds(30)));
            using (process)
                Assert.Null(new DotNetDetector().Detect(process!));
        }
        finally
        {
            sleep.Kill();
            sleep.WaitForExit();
        }
    }

    private ILanguageRuntime Detect(TargetProcess process) =>
        new DotNetDetector(_time).Detect(process) ?? throw new InvalidOperationException("not recognized");

    private static IEnumerable<(string Name, string Path)> NamesOnStack(RunningTarget target, TargetProcess process, ILanguageRuntime runtime)
    {
        foreach (ulong word in target.ReadStack(process))
        {
            var frames = new List<CodeFrame>();
            if (!process.TryFindMapping(word, out MemoryMapping mapping) || !runtime.TryName(word - 1, frames))
                continue;
            Assert.NotEqual("", frames[0].Function);
            yield return (frames[0].Function, mapping.Path);
        }
    }

    private static List<string> AllNames(RunningTarget target, TargetProcess process, ILanguageRuntime runtime)
    {
        Assert.NotEmpty(NamesOnStack(target, process, runtime));
        CodeTable code = ((DotNetRuntime)runtime).Code;
        var names = new List<string>();
        for (int i = 0; i < code.Count; i++)
        {
            var frames = new List<CodeFrame>();
            Assert.True(runtime.TryName(code[i].Start + code[i].Size - 1, frames));
            names.Add(frames[0].Function);
        }

        return names;
    }

    private static void AssertNothingLeft(RunningTarget target, TargetProcess process)
    {
        Assert.False(File.Exists($"/tmp/jit-{target.Pid}.dump"));
        Assert.True(process.RefreshMappings());
        Assert.DoesNotContain(process.Mappings, mapping => mapping.Path.EndsWith(".dump", StringComparison.Ordinal));
    }

    private static ProcessStartInfo With(ProcessStartInfo start, string name, string value)
    {
        start.Environment[name] = value;
        return start;
    }
}
