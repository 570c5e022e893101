// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Tracer.House.Tests;

/// <summary>The kernel cuts names at 15 characters: two that are equal there cannot be told apart by an operator.</summary>
public sealed partial class BpfTests
{
    private const int KernelNameLength = 15;

    private static IEnumerable<CFunction> Programs =>
        from path in Repository.BpfFiles
        from function in CFunction.In(Repository.Read(path))
        where function.Section is not null
        select function;

    private static IEnumerable<string> Maps =>
        from path in Repository.BpfFiles
        from Match map in MapDefinition().Matches(Repository.Read(path))
        select map.Groups["name"].Value;

    [Fact]
    public void Programs_and_maps_are_found()
    {
        Assert.NotEmpty(Programs);
        Assert.NotEmpty(Maps);
    }

    [Fact]
    public void Programs_are_named_for_their_hook() =>
        Repository.AssertNone(Programs.Where(program => !program.Name.StartsWith("on_", StringComparison.Ordinal)).Select(program => program.Name), "BPF programs not named on_...");

    [Fact]
    public void Program_and_map_names_differ_where_the_kernel_still_sees_them() =>
        Repository.AssertNone(
            from name in Programs.Select(program => program.Name).Concat(Maps)
            group name by name[..Math.Min(name.Length, KernelNameLength)] into same
            where same.Count() > 1
            select string.Join(", ", same),
            $"names that are equal within {KernelNameLength} characters");

    [Fact]
    public void Every_section_is_counted_as_program_map_or_variable()
    {
        foreach (string path in Repository.BpfFiles)
        {
            string source = Repository.Read(path);
            int programs = ProgramSection().Count(source);
            int found = CFunction.In(source).Count(function => function.Section is not null);
            Assert.True(programs == found, $"{path} has {programs} sections of programs, and {found} functions were found for them");
        }
    }

    /// <summary>Each such read makes the verifier search all kernel types: it was 100 ms of each start (bpf/code.bpf.h).</summary>
    [Fact]
    public void The_walk_reads_the_memory_of_its_task_in_one_place()
    {
        string[] walk = [.. new[] { "code", "interpreter", "maple", "stack", "unwind" }.Select(part => Repository.Read($"bpf/{part}.bpf.h"))];
        Assert.Equal(1, walk.Sum(source => MemoryOfTask().Count(source)));
        Assert.Equal(1, walk.Sum(source => LeaderOfTask().Count(source))); // of a new program, which no walk is
    }

    [Fact]
    public void The_event_layout_has_one_copy_in_the_kernel_side() =>
        Repository.AssertNone(
            from path in Repository.BpfFiles
            where path != "bpf/wire.h" && EventStruct().IsMatch(Repository.Read(path))
            select path,
            "files that define a tcp_event_... struct of their own");

    [Fact]
    public void C_is_formatted_as_clang_format_decides()
    {
        ProcessStartInfo command = new("clang-format-16") { WorkingDirectory = Repository.Root, RedirectStandardError = true };
        foreach (string argument in (string[])["--dry-run", "--Werror", .. Repository.BpfFiles])
            command.ArgumentList.Add(argument);
        using Process process = Process.Start(command)!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, "run ./build.sh fmt\n" + errors);
    }

    [GeneratedRegex(@"^\}\s*(?<name>\w+)\s+SEC\(""\.maps""\)", RegexOptions.Multiline)]
    private static partial Regex MapDefinition();

    [GeneratedRegex(@"^SEC\(""(?!license|version|\.)", RegexOptions.Multiline)]
    private static partial Regex ProgramSection();

    [GeneratedRegex(@"\btask->mm\b")]
    private static partial Regex MemoryOfTask();

    [GeneratedRegex(@"\btask->group_leader\b")]
    private static partial Regex LeaderOfTask();

    [GeneratedRegex(@"^struct tcp_event\w*\s*\{", RegexOptions.Multiline)]
    private static partial Regex EventStruct();
}
