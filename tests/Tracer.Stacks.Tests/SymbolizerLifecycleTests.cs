// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Procfs;
using Xunit;

namespace Tracer.Stacks.Tests;

/// <summary>Processes that end, change their program, load libraries, and files that are deleted or replaced under them.</summary>
public sealed class SymbolizerLifecycleTests(CompiledPrograms programs) : IClassFixture<CompiledPrograms>
{
    private readonly ProcfsRoot _root = new();

    [Fact]
    public void Process_that_was_prepared_is_named_after_its_end_and_the_loss_of_its_file()
    {
        string path = programs.PathOf("short-lived");
        File.Copy(programs.Dynamic, path);
        using TargetProgram target = TargetProgram.Start(path);
        using var symbolizer = new Symbolizer(_root);
        Assert.True(symbolizer.Prepare(target.Pid, target.StartBoottimeNs));
        target.Stop();
        File.Delete(path);

        ResolvedFrame frame = symbolizer.Resolve(target.Pid, target.StartBoottimeNs, [target.PlainFunction])[0];

        Assert.Equal(("plain_function", path), (frame.Function, frame.Module));
        // Without the start time nobody can tell whose stack it was.
        Assert.Equal("", symbolizer.Resolve(target.Pid, [target.PlainFunction])[0].Function);
    }

    [Fact]
    public void File_that_was_not_opened_in_time_is_found_under_its_path_if_it_is_still_the_same()
    {
        string deleted = programs.PathOf("deleted.so"), replaced = programs.PathOf("replaced.so");
        File.Copy(programs.Plugin, deleted);
        File.Copy(programs.Plugin, replaced);
        using TargetProgram target = TargetProgram.Start(programs.Dynamic);
        ulong[] addresses = [target.Load(programs.Plugin), target.Load(deleted) + 1, target.Load(replaced) + 1];
        using var symbolizer = new Symbolizer(_root);
        // Reads the mappings and opens the program alone.
        symbolizer.Resolve(target.Pid, [target.PlainFunction]);
        target.Stop();
        File.Delete(deleted);
        File.Move(replaced, programs.PathOf("replaced-old.so"));
        File.Copy(programs.Plugin, replaced);

        IReadOnlyList<ResolvedFrame> frames = symbolizer.Resolve(target.Pid, target.StartBoottimeNs, addresses);

        Assert.Equal(["plugin_function", "", ""], frames.Select(f => f.Function));
        Assert.Equal([programs.Plugin, deleted, replaced], frames.Select(f => f.Module));
    }

    [Fact]
    public void Zombie_is_named_from_what_was_read_before_it_died()
    {
        using TargetProgram target = TargetProgram.Start(programs.Dynamic);
        using var procfs = new PartialProcfs(target.Pid);
        using var symbolizer = new Symbolizer(procfs.Root);
        Assert.Equal("plain_function", symbolizer.Resolve(target.Pid, [target.PlainFunction])[0].Function);

        // A zombie has neither code nor stack addresses, and its maps are empty.
        string[] fields = File.ReadAllText(procfs.Stat).Split(' ');
        (fields[2], fields[25], fields[27]) = ("Z", "0", "0");
        File.WriteAllText(procfs.Stat, string.Join(' ', fields));
        File.WriteAllText(procfs.Maps, "");

        Assert.Equal("plain_function", symbolizer.Resolve(target.Pid, [target.PlainFunction])[0].Function);
        Assert.Equal("plain_function", symbolizer.Resolve(target.Pid, target.StartBoottimeNs, [target.PlainFunction])[0].Function);
    }

    [Fact]
    public void New_program_whose_mappings_cannot_be_read_does_not_get_the_names_of_the_old_one()
    {
        using TargetProgram target = TargetProgram.Start(programs.NoPie);
        using var procfs = new PartialProcfs(target.Pid);
        using var symbolizer = new Symbolizer(procfs.Root);
        Assert.Equal("plain_function", symbolizer.Resolve(target.Pid, [target.PlainFunction])[0].Function);

        string[] fields = File.ReadAllText(procfs.Stat).Split(' ');
        fields[27] = "140000000000000";
        File.WriteAllText(procfs.Stat, string.Join(' ', fields));
        File.Delete(procfs.Maps);

        Assert.Equal("", symbolizer.Resolve(target.Pid, [target.PlainFunction])[0].Module);
    }

    [Fact]
    public void Process_that_was_never_seen_alive_gives_addresses_only()
    {
        using TargetProgram target = TargetProgram.Start(programs.Dynamic);
        target.Stop();
        using var symbolizer = new Symbolizer(_root);

        Assert.False(symbolizer.Prepare(target.Pid, target.StartBoottimeNs));
        Assert.Equal(
            new ResolvedFrame("", "", 0, target.PlainFunction, "", "", 0),
            symbolizer.Resolve(target.Pid, target.StartBoottimeNs, [target.PlainFunction])[0]);
    }

    [Fact]
    public void Reused_pid_does_not_lend_its_names_to_the_stack_of_another_process()
    {
        using TargetProgram target = TargetProgram.Start(programs.Dynamic);
        using var symbolizer = new Symbolizer(_root);
        ulong other = target.StartBoottimeNs + 10_000_000;

        Assert.False(symbolizer.Prepare(target.Pid, other));
        Assert.Equal("", symbolizer.Resolve(target.Pid, other, [target.PlainFunction])[0].Module);
        Assert.Equal("plain_function", symbolizer.Resolve(target.Pid, target.StartBoottimeNs + 9_999_999, [target.PlainFunction])[0].Function);
    }

    [Fact]
    public void Program_that_executes_another_is_read_again_at_once()
    {
        using TargetProgram target = TargetProgram.Start(programs.Dynamic);
        using var symbolizer = new Symbolizer(_root, null, new ManualTime());
        Assert.Equal(programs.Dynamic, symbolizer.Resolve(target.Pid, [target.PlainFunction])[0].Module);

        target.Exec(programs.NoPie);

        ResolvedFrame frame = symbolizer.Resolve(target.Pid, target.StartBoottimeNs, [target.PlainFunction])[0];
        Assert.Equal(("plain_function", programs.NoPie), (frame.Function, frame.Module));
    }

    [Fact]
    public void Library_loaded_later_is_found_but_unknown_addresses_do_not_make_maps_be_read_all_the_time()
    {
        var time = new ManualTime();
        using TargetProgram target = TargetProgram.Start(programs.Dynamic);
        using var symbolizer = new Symbolizer(_root, null, time);
        Assert.Equal("plain_function", symbolizer.Resolve(target.Pid, [target.PlainFunction])[0].Function);
        ulong plugin = target.Load(programs.Plugin);

        Assert.Equal("", symbolizer.Resolve(target.Pid, [plugin])[0].Module);
        time.Advance(TimeSpan.FromSeconds(2));
        ResolvedFrame frame = symbolizer.Resolve(target.Pid, [plugin])[0];
        Assert.Equal(("plugin_function", programs.Plugin), (frame.Function, frame.Module));
    }

    [Fact]
    public void Deleted_program_is_read_through_its_mapping()
    {
        string path = programs.PathOf("deleted");
        File.Copy(programs.Dynamic, path);
        using TargetProgram target = TargetProgram.Start(path);
        File.Delete(path);
        using var symbolizer = new Symbolizer(_root);

        ResolvedFrame frame = symbolizer.Resolve(target.Pid, [target.PlainFunction])[0];

        Assert.Equal(("plain_function", path), (frame.Function, frame.Module));
    }

    [Fact]
    public void Replaced_program_is_read_as_it_was_when_it_started()
    {
        string path = programs.PathOf("replaced");
        File.Copy(programs.Dynamic, path);
        using TargetProgram target = TargetProgram.Start(path);
        File.Copy(programs.Plugin, programs.PathOf("newer"));
        File.Move(programs.PathOf("newer"), path, overwrite: true);
        using var symbolizer = new Symbolizer(_root);

        Assert.Equal("plain_function", symbolizer.Resolve(target.Pid, [target.PlainFunction])[0].Function);
    }

    [Fact]
    public void Library_overwritten_in_place_gives_no_names_rather_than_wrong_ones()
    {
        string path = programs.PathOf("overwritten.so");
        File.Copy(programs.Plugin, path);
        using TargetProgram target = TargetProgram.Start(programs.Dynamic);
        ulong plugin = target.Load(path);
        using var symbolizer = new Symbolizer(_root);
        Assert.True(symbolizer.Prepare(target.Pid, target.StartBoottimeNs));

        // One more byte: the mapped pages stay what they are, so the target lives on.
        using (FileStream file = File.Open(path, FileMode.Append))
            file.WriteByte(0);

        ResolvedFrame frame = symbolizer.Resolve(target.Pid, target.StartBoottimeNs, [plugin])[0];
        Assert.Equal(("", path), (frame.Function, frame.Module));
    }

    [Fact]
    public void Without_map_files_the_path_is_followed_inside_the_mount_namespace_of_the_process()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && File.Exists("/usr/bin/unshare"), "needs root and unshare");
        string inner = programs.PathOf("inner");
        Directory.CreateDirectory(inner);
        // Our namespace has another file under the same name.
        File.Copy(programs.Plugin, Path.Combine(inner, "dynamic"));
        using TargetProgram target = TargetProgram.Start(
            "/usr/bin/unshare", "--mount", "sh", "-c", $"mount --bind '{programs.Folder}' '{inner}' && exec '{inner}/dynamic'");
        using var procfs = new PartialProcfs(target.Pid);
        using var symbolizer = new Symbolizer(procfs.Root);

        ResolvedFrame frame = symbolizer.Resolve(target.Pid, [target.PlainFunction])[0];

        Assert.Equal(("plain_function", $"{inner}/dynamic"), (frame.Function, frame.Module));
    }

    [Fact]
    public void Without_map_files_a_replaced_program_gives_no_names_rather_than_wrong_ones()
    {
        string path = programs.PathOf("swapped");
        File.Copy(programs.Dynamic, path);
        using TargetProgram target = TargetProgram.Start(path);
        using var procfs = new PartialProcfs(target.Pid);
        using (var symbolizer = new Symbolizer(procfs.Root))
            Assert.Equal("plain_function", symbolizer.Resolve(target.Pid, [target.PlainFunction])[0].Function);
        // Kept, or its inode number may go to the new file.
        File.Move(path, programs.PathOf("swapped-old"));
        File.Copy(programs.NoPie, path);
        File.WriteAllText(procfs.Maps, File.ReadAllText(procfs.Maps).Replace("swapped-old", "swapped", StringComparison.Ordinal));
        using (var symbolizer = new Symbolizer(procfs.Root))
            Assert.Equal(("", path), symbolizer.Resolve(target.Pid, [target.PlainFunction])[0] is var f ? (f.Function, f.Module) : default);
    }
}
