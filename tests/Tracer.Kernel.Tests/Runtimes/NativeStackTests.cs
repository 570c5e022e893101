// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests.Runtimes;

/// <summary>C++ without frame pointers: every frame of the program, in order, through callbacks of libraries.</summary>
public sealed class NativeStackTests : KernelTest
{
    private const string InvokedFunction = "std::_Function_handler<";

    private static readonly string[] AroundRecursion =
        ["app::level3(", "app::compare(", "app::level2(", InvokedFunction, "Handler<long>::handle(", .. Enumerable.Repeat("app::rec(", 21), "app::serve(", "main", "_start"];

    [Fact]
    public async Task Program_that_ran_before_the_daemon_is_named_from_its_first_socket_on()
    {
        string program = await NativePrograms.Plain();
        await using RuntimeScene scene = await RuntimeScene.ProgramFirst(port => LeakingProgram.Start(program, $"{port}"));
        SocketRecord socket = await scene.Leak();
        AssertNamed(socket, program);
        SocketRecord ended = await scene.Close(socket.Cookie);
        AssertFrames(ended.Closer, program, ["app::Conn::closeOnce(", "app::closeAll(", "app::serve(", "main", "_start"]);
        RuntimeTable.Note("C++ (-O2, no frame pointers)", socket, ended, IsOwn);
    }

    [Fact]
    public async Task Program_that_the_daemon_sees_first_is_named_within_a_second()
    {
        string program = await NativePrograms.Plain();
        await using RuntimeScene scene = await RuntimeScene.DaemonFirst(port => LeakingProgram.Start(program, $"{port}"));
        AssertNamed(await scene.LeakUntil("the origin is complete", IsComplete), program);
    }

    [Fact]
    public async Task Stripped_program_is_not_named_but_placed()
    {
        string program = await NativePrograms.Stripped();
        await using RuntimeScene scene = await RuntimeScene.ProgramFirst(port => LeakingProgram.Start(program, $"{port}"));
        SocketRecord socket = await scene.Leak();
        await AssertPlaced(socket, program);
        SocketRecord ended = await scene.Close(socket.Cookie);
        RuntimeTable.Note("C++, stripped", socket, ended, IsOwn);
    }

    [Fact]
    public async Task Stripped_program_that_the_daemon_sees_first_is_placed_within_a_second()
    {
        string program = await NativePrograms.Stripped();
        await using RuntimeScene scene = await RuntimeScene.DaemonFirst(port => LeakingProgram.Start(program, $"{port}"));
        await AssertPlaced(await scene.LeakUntil("the origin is complete", IsComplete), program);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Deleted_program_is_named(bool isBeforeTheDaemon)
    {
        using ScratchFolder scratch = new();
        string path = scratch.PathOf("srv");
        File.Copy(await NativePrograms.Plain(), path);
        await AssertNamedThough(isBeforeTheDaemon, path, () => File.Delete(path));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Program_whose_file_was_replaced_by_another_is_named_by_its_own(bool isBeforeTheDaemon)
    {
        using ScratchFolder scratch = new();
        string path = scratch.PathOf("srv");
        File.Copy(await NativePrograms.Plain(), path);
        File.Copy(TargetPrograms.PathOf("mixture"), scratch.PathOf("other"));
        await AssertNamedThough(isBeforeTheDaemon, path, () => File.Move(scratch.PathOf("other"), path, overwrite: true));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Program_in_namespaces_of_its_own_is_named_and_has_its_pid_on_the_host(bool isBeforeTheDaemon)
    {
        string program = await NativePrograms.Plain();
        LeakingProgram Start(int port) => LeakingProgram.StartIsolatedCopy(program, $"{port}");
        await using RuntimeScene scene = await (isBeforeTheDaemon ? RuntimeScene.ProgramFirst(Start) : RuntimeScene.DaemonFirst(Start));
        SocketRecord socket = await scene.LeakUntil("the origin is complete", IsComplete);
        AssertNamed(socket, "/tmp/srv");
        Assert.Equal((uint)scene.Pid, socket.Origin.Pid);
        Assert.Equal((uint)scene.Pid, socket.EofRead.Pid);
        Holder holder = Assert.Single((await scene.UntilHeld(socket.Cookie)).Holders);
        Assert.Equal(((uint)scene.Pid, 1u), (holder.Pid, holder.NamespacePid));
    }

    [Fact]
    public async Task Lines_and_inlined_functions_are_told_of_a_file_that_only_root_may_write()
    {
        string program = await NativePrograms.WithLines();
        await using RuntimeScene scene = await RuntimeScene.ProgramFirst(port => LeakingProgram.Start(program, $"{port}"));
        SocketRecord socket = await scene.Leak();
        StackLines.AssertInOrder(socket.Origin, $"app::Conn::openOnce(int) srv.cpp:{NativePrograms.LineOf("connects")}", "app::level3(int) srv.cpp:");
        StackLines.AssertInOrder(
            socket.EofRead,
            $"app::receive srv.cpp:{NativePrograms.LineOf("receives")}",
            $"app::Conn::readOnce() srv.cpp:{NativePrograms.LineOf("reads")}",
            "app::level3(int) srv.cpp:",
            "app::serve() srv.cpp:",
            "main srv.cpp:");
        Assert.True(socket.EofRead.Stack.First(frame => frame.Function == "app::receive").IsInlined);
        Assert.Equal(StackEnd.Complete, socket.EofRead.StackEnd);
    }

    private static bool IsOwn(string function) => function.StartsWith("app::", StringComparison.Ordinal);

    private static bool IsComplete(SocketRecord socket) => socket.Origin is { StackEnd: StackEnd.Complete, StackFpOnly: false };

    private static async Task AssertNamedThough(bool isBeforeTheDaemon, string path, Action change)
    {
        LeakingProgram StartAndChange(int port)
        {
            LeakingProgram started = LeakingProgram.Start(path, $"{port}"); // returns when the file has been executed
            change();
            return started;
        }

        await using RuntimeScene scene = await (isBeforeTheDaemon ? RuntimeScene.ProgramFirst(StartAndChange) : RuntimeScene.DaemonFirst(StartAndChange));
        AssertNamed(await scene.LeakUntil("the origin is complete", IsComplete), path);
    }

    private static void AssertNamed(SocketRecord socket, string program)
    {
        AssertFrames(socket.Origin, program, ["app::Conn::openOnce(", .. AroundRecursion]);
        AssertFrames(socket.FirstSend, program, ["app::Conn::sendOnce(", .. AroundRecursion]);
        AssertFrames(socket.EofRead, program, ["app::Conn::readOnce(", .. AroundRecursion]);
        Assert.StartsWith("app::Conn::readOnce(", StackLines.UserFunction(socket.EofRead), StringComparison.Ordinal);
        StackLines.AssertInOrder(socket.Origin, "connect", "app::Conn::openOnce(", "app::compare(", "qsort_r", "app::level2(");
    }

    /// <summary>These and no others are the program's own frames, and the stack is complete.</summary>
    private static void AssertFrames(Actor actor, string program, string[] beginnings)
    {
        string[] functions = [.. actor.Stack.Where(frame => IsOf(program, frame)).Select(frame => frame.Function)];
        bool isEqual = functions.Length == beginnings.Length && beginnings.Zip(functions).All(pair => pair.Second.StartsWith(pair.First, StringComparison.Ordinal));
        Assert.True(isEqual, $"expected of {program}: {string.Join(" < ", beginnings)}\nin: {StackLines.Describe(actor)}");
        Assert.Equal((StackEnd.Complete, false), (actor.StackEnd, actor.StackFpOnly));
    }

    // No name at all, and each place leads to the right function when somebody has the symbols.
    private static async Task AssertPlaced(SocketRecord socket, string program)
    {
        string notes = await Command.MustRun("readelf", "-n", program);
        foreach ((Actor actor, string leaf) in new[] { (socket.Origin, "openOnce"), (socket.FirstSend, "sendOnce"), (socket.EofRead, "readOnce") })
        {
            Frame[] frames = [.. actor.Stack.Where(frame => IsOf(program, frame))];
            Assert.All(frames, frame => Assert.Equal("", frame.Function));
            Assert.All(frames, frame => Assert.Contains("Build ID: " + frame.BuildId, notes, StringComparison.Ordinal));
            Assert.Equal((StackEnd.Complete, false), (actor.StackEnd, actor.StackFpOnly));
            string[] functions = await NamesFromSymbols(frames);
            Assert.Equal(1 + AroundRecursion.Length, functions.Length);
            Assert.All([$"app::Conn::{leaf}(", .. AroundRecursion], (beginning, i) => Assert.StartsWith(beginning, functions[i], StringComparison.Ordinal));
        }
    }

    private static async Task<string[]> NamesFromSymbols(Frame[] frames)
    {
        string output = await Command.MustRun(
            "addr2line", ["-f", "-C", "-e", await NativePrograms.Plain(), .. frames.Select(frame => $"0x{frame.Offset - 1:x}")]); // within the call
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where((_, i) => i % 2 == 0)];
    }

    private static bool IsOf(string program, Frame frame) => frame.Module == program || frame.Module == program + " (deleted)";
}
