// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Client.Scenes;
using Tracer.Output;
using Tracer.Tests.Fake;

namespace Tracer.Tests.Client.Scenes;

/// <summary>A scene may come from anywhere, in any state: it is read, or refused in one line.</summary>
public sealed class SceneReaderTests : IDisposable
{
    private static readonly string Valid = string.Concat(SceneFiles.Items(Samples.All(), [FindingSamples.EofNotRead()]).Select(SceneFiles.Line));

    private readonly TempFolder _folder = new();

    public static TheoryData<string, string> Refused => new()
    {
        { "", "is no scene: it is empty" },
        { "x", "is no scene: its first line is none of a scene" },
        { "\n" + Valid, "is no scene: its first line is none of a scene" },
        { "[]\n", "is no scene: its first line is none of a scene" },
        { "{ \"summary\": { } }\n", "is no scene: it does not begin with a header" },
        { "{ }\n", "is no scene: it does not begin with a header" },
        { "{ \"header\": { \"format\": 2 } }\n", "has format 2; this closewait reads format 1" },
        { SceneFiles.Line(SceneFiles.Header) + "{ \"socket\": 7 }\n" + SceneFiles.Line(SceneFiles.End(0)), "is damaged: line 2 is none of a scene" },
        { SceneFiles.Line(SceneFiles.Header) + "{ \"socket\": { \"age\": \"soon\" } }\n", "is damaged: line 2 is none of a scene" },
        { SceneFiles.Line(SceneFiles.Header) + "{ \"socket\": { \"localPort\": 99999999999 } }\n", "is damaged: line 2 is none of a scene" },
        { SceneFiles.Line(SceneFiles.Header) + new string('[', 100_000) + "\n", "is damaged: line 2 is none of a scene" },
        { SceneFiles.Line(SceneFiles.Header) + string.Concat(Enumerable.Repeat("{\"finding\":", 10_000)) + "\n", "is damaged: line 2 is none of a scene" },
        { SceneFiles.Line(SceneFiles.Header) + new string(' ', 300_000), "has a line of more than 100000 bytes (line 2)" },
        { SceneFiles.Line(SceneFiles.Header) + string.Concat(Enumerable.Repeat(new string(' ', 90_000) + "{}\n", 20)), "is larger than 1000000 bytes when unpacked (line 12)" },
        { SceneFiles.Line(SceneFiles.Header) + string.Concat(Enumerable.Repeat("{}\n", 50)), "holds more than 50 items" },
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_saved_is_read()
    {
        Scene scene = Read(SceneFiles.PackText(Valid));
        Assert.Equal(SceneFiles.Header.Header, scene.Header);
        Assert.Equal(FindingSamples.Summary(), scene.Summary);
        Assert.Equal([FindingSamples.EofNotRead()], scene.Findings);
        Assert.Equal(Samples.All().Select(socket => socket.Cookie), scene.Sockets.Select(socket => socket.Cookie));
        Assert.Equal([FindingSamples.BlockedThread()], scene.Threads);
        Assert.Equal(4ul, scene.End?.Sockets);
    }

    [Fact]
    public void Sockets_have_their_frames_again()
    {
        SocketRecord saved = Samples.PhpWorker();
        SocketRecord read = Assert.Single(Read(SceneFiles.Pack(SceneFiles.Items([saved], []))).Sockets);
        Assert.NotEqual(0ul, read.Origin.StackId);
        (read.Origin.StackId, read.FirstSend.StackId) = (0, 0);
        Assert.Equal(saved, read);
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_is_no_scene_is_refused_in_one_line(string content, string why) =>
        AssertRefused(SceneFiles.PackText(content), ExitCode.Failure, why);

    [Fact]
    public void What_is_no_gzip_file_is_refused() => AssertRefused([1, 2, 3, 4, 5, 6, 7, 8], ExitCode.Failure, "is no scene: not a gzip file");

    [Fact]
    public void A_changed_byte_is_noticed()
    {
        byte[] content = SceneFiles.PackText(Valid);
        for (int i = 12; i < content.Length; i += 97)
        {
            byte[] damaged = [.. content];
            damaged[i] ^= 0x55;
            Assert.Equal(ExitCode.Failure, Assert.Throws<CommandException>(() => Read(damaged)).ExitCode);
        }
    }

    [Fact]
    public void A_bomb_is_not_unpacked()
    {
        byte[] bomb = SceneFiles.PackText(SceneFiles.Line(SceneFiles.Header) + string.Concat(Enumerable.Repeat("{}\n", 40)) + new string('\n', 50_000_000));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<CommandException>(() => Read(bomb));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000_000);
    }

    [Fact]
    public void A_file_that_was_cut_anywhere_gives_what_came_before()
    {
        byte[] content = SceneFiles.PackText(Valid);
        for (int length = 1000; length < content.Length - 100; length += 53)
        {
            Scene scene = Read(content[..length]);
            Assert.NotNull(scene.Header);
            Assert.Null(scene.End);
        }
    }

    [Fact]
    public void What_a_newer_version_wrote_is_left_out()
    {
        string more = "{ \"weather\": { \"rain\": true } }\n{ \"socket\": { \"cookie\": \"5\", \"mood\": [ 1 ] } }\n";
        Scene scene = Read(SceneFiles.PackText(SceneFiles.Line(SceneFiles.Header) + more + SceneFiles.Line(SceneFiles.End(1))));
        Assert.Equal(5ul, Assert.Single(scene.Sockets).Cookie);
        Assert.NotNull(scene.End);
    }

    [Fact]
    public void A_file_that_is_not_there_is_a_mistake_of_the_user()
    {
        CommandException refusal = Assert.Throws<CommandException>(() => SceneReader.Read(_folder.PathOf("none")));
        Assert.Equal(ExitCode.Usage, refusal.ExitCode);
        Assert.StartsWith($"--from: '{_folder.PathOf("none")}' cannot be opened: ", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, Assert.Throws<CommandException>(() => SceneReader.Read(_folder.PathOf(""))).ExitCode);
    }

    private void AssertRefused(byte[] content, int exitCode, string why)
    {
        CommandException refusal = Assert.Throws<CommandException>(() => Read(content));
        Assert.Equal((exitCode, $"--from: '{_folder.PathOf("scene.jsonl.gz")}' {why}"), (refusal.ExitCode, refusal.Message));
    }

    private Scene Read(byte[] content) =>
        SceneReader.Read(_folder.WriteScene(content), new SceneLimits(LineBytes: 100_000, TotalBytes: 1_000_000, Items: 50));
}
