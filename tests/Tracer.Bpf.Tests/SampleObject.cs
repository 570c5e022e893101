// SPDX-License-Identifier: Apache-2.0
using System.ComponentModel;
using System.Diagnostics;
using Xunit;

namespace Tracer.Bpf.Tests;

/// <summary>The test programs, compiled with clang once per run.</summary>
internal static class SampleObject
{
    public const string StateProgram = "on_sample_state";
    public const string TaskProgram = "on_sample_task";
    public const string AbsentProgram = "on_sample_absent";

    private static readonly Lazy<byte[]> CompiledSample = new(() => Compile("sample"));
    private static readonly Lazy<byte[]> CompiledRejected = new(() => Compile("rejected"));

    public static byte[] Sample => Require(CompiledSample);

    public static byte[] Rejected => Require(CompiledRejected);

    /// <summary>Opened, with the constant set to this process; not loaded.</summary>
    public static BpfObject OpenSample()
    {
        BpfObject sample = BpfObject.Open(Sample, "sample");
        sample.SetConstant("only_tgid", (uint)Environment.ProcessId);
        return sample;
    }

    public static BpfObject LoadSample()
    {
        BpfObject sample = OpenSample();
        sample.Load();
        return sample;
    }

    private static byte[] Require(Lazy<byte[]> compiled)
    {
        KernelGate.Require();
        if (compiled.Value.Length == 0)
            KernelGate.SkipOrFail("needs clang-16 or clang to compile the test programs");
        return compiled.Value;
    }

    private static byte[] Compile(string name)
    {
        string source = Path.Combine(AppContext.BaseDirectory, "bpf", $"{name}.bpf.c");
        string prebuilt = Path.ChangeExtension(source, ".o");
        if (File.Exists(prebuilt))
            return File.ReadAllBytes(prebuilt); // put beside the source where there is no compiler, as in a test guest
        DirectoryInfo directory = Directory.CreateTempSubdirectory("closewait-bpf-");
        try
        {
            string output = Path.Combine(directory.FullName, $"{name}.bpf.o");
            foreach (string compiler in (string[])["clang-16", "clang"])
            {
                if (TryRun(compiler, ["-g", "-O2", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror", "-target", "bpf",
                    "-D__TARGET_ARCH_x86", "-I/usr/include/x86_64-linux-gnu", "-I/usr/include/aarch64-linux-gnu", "-c", source, "-o", output]))
                    return File.ReadAllBytes(output);
            }
            return [];
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static bool TryRun(string command, string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
            string errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, $"{command}: {errors}");
            return true;
        }
        catch (Win32Exception)
        {
            return false; // not installed
        }
    }
}
