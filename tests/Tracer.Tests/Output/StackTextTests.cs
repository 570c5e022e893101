// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Output;

namespace Tracer.Tests.Output;

public sealed class StackTextTests
{
    [Theory]
    [InlineData("/lib/x86_64-linux-gnu/libc.so.6", true)]
    [InlineData("/lib/libc-2.31.so", true)]
    [InlineData("/lib/ld-musl-x86_64.so.1", true)]
    [InlineData("/lib64/ld-linux-x86-64.so.2", true)]
    [InlineData("[vdso]", true)]
    [InlineData("/usr/lib/libcurl.so.4", false)]
    [InlineData("/usr/lib/libcrypto.so.3", false)]
    [InlineData("/opt/libc.so.6/app", false)]
    [InlineData("", false)]
    public void The_c_library_is_known_by_its_file_name(string module, bool isSystem) =>
        Assert.Equal(isSystem, StackText.IsSystemLibrary(new Frame { Module = module }));

    [Fact]
    public void The_origin_is_the_first_named_frame_outside_the_c_library() =>
        Assert.Equal("open_pool", StackText.FirstOwnFunction(Stack(Libc(), Unnamed(), Named("open_pool"), Named("main"))));

    [Fact]
    public void Without_names_the_origin_is_a_place_in_a_module() => Assert.Equal("app+0x42", StackText.FirstOwnFunction(Stack(Libc(), Unnamed())));

    [Fact]
    public void A_stack_of_nothing_but_the_c_library_has_no_origin()
    {
        Assert.Null(StackText.FirstOwnFunction(Stack(Libc())));
        Assert.Null(StackText.FirstOwnFunction(Stack()));
    }

    [Fact]
    public void A_bare_address_is_no_origin() => Assert.Null(StackText.FirstOwnFunction(Stack(Libc(), new Frame { Address = 0x1234 })));

    [Fact]
    public void A_frame_of_generated_code_shows_its_address() =>
        Assert.Equal("0x7f00dead", StackText.Line(new Frame { Address = 0x7f00dead }));

    [Fact]
    public void Names_from_a_hostile_binary_are_cleaned()
    {
        var frame = new Frame { Function = "f\e[2J", Module = "/tmp/m\n", File = "\u202ec.c", Line = 3, Offset = 16 };
        Assert.Equal("f?[2J (?c.c:3)", StackText.Line(frame));
        Assert.Equal("f?[2J+0x10 (m?)", StackText.Line(new Frame(frame) { File = "" }));
        Assert.Equal("f?[2J", StackText.FirstOwnFunction(Stack(frame)));
        Assert.Equal("f?[2J", StackText.Path(Stack(frame), 4));
    }

    [Fact]
    public void A_long_path_says_that_it_goes_on() =>
        Assert.Equal("a < b < …", StackText.Path(Stack(Libc(), Named("a"), Named("b"), Named("c")), 2));

    [Fact]
    public void The_frame_the_daemon_chose_is_the_origin()
    {
        Actor actor = Stack(Libc(), Named("recv_into"), new Frame { Function = "OrderRepo.begin", File = "/srv/app/orders.py", Line = 41, Kind = FrameKind.Python }, Named("main"));
        Assert.Equal("recv_into", StackText.FirstOwnFunction(actor));
        actor.UserFrame = 2;
        Assert.Equal("OrderRepo.begin (orders.py:41)", StackText.FirstOwnFunction(actor));
        Assert.Equal("OrderRepo.begin < main", StackText.Path(actor, 4));
        actor.UserFrame = 4;
        Assert.Equal("recv_into", StackText.FirstOwnFunction(actor));
    }

    [Fact]
    public void Frames_show_their_source_or_their_module()
    {
        Assert.Equal("begin (/srv/app/orders.py:41)", StackText.Line(new Frame { Function = "begin", File = "/srv/app/orders.py", Line = 41 }));
        Assert.Equal("open (pool.h, inlined)", StackText.Line(new Frame { Function = "open", Module = "/opt/app", File = "pool.h", IsInlined = true }));
        Assert.Equal("begin+0x10 (app)", StackText.Line(new Frame { Function = "begin", Module = "/opt/app", Offset = 16 }));
        Assert.Equal("fsockopen", StackText.Line(new Frame { Function = "fsockopen", Kind = FrameKind.Php }));
        Assert.Equal("[no name]", StackText.Line(new Frame { Kind = FrameKind.Python }));
    }

    [Theory]
    [InlineData(10, "    a+0x0 (app)|    b+0x0 (app)|    c+0x0 (app)|  > d+0x0 (app)|    e+0x0 (app)|    (deeper than the tracer follows)")]
    [InlineData(5, "    a+0x0 (app)|    b+0x0 (app)|    c+0x0 (app)|  > d+0x0 (app)|    e+0x0 (app)|    (deeper than the tracer follows)")]
    [InlineData(4, "    a+0x0 (app)|    b+0x0 (app)|    c+0x0 (app)|  > d+0x0 (app)|    ... 1 more")]
    [InlineData(3, "    a+0x0 (app)|    b+0x0 (app)|    ... 1 more|  > d+0x0 (app)|    ... 1 more")]
    [InlineData(1, "    ... 3 more|  > d+0x0 (app)|    ... 1 more")]
    [InlineData(0, "")]
    public void The_line_to_show_is_shown_and_marked_at_any_limit(int limit, string expected)
    {
        Actor actor = Stack(Named("a"), Named("b"), Named("c"), Named("d"), Named("e"));
        (actor.UserFrame, actor.StackEnd) = (3, StackEnd.Truncated);
        using var output = new StringWriter();
        StackText.Write(output, actor, "    ", limit, new Palette(false));
        Assert.Equal(expected, output.ToString().TrimEnd().Replace(Environment.NewLine, "|", StringComparison.Ordinal));
    }

    [Fact]
    public void The_mark_is_in_colour_where_there_are_colours()
    {
        Actor actor = Stack(Named("a"));
        actor.UserFrame = 0;
        using var output = new StringWriter();
        StackText.Write(output, actor, "    ", 1, new Palette(true));
        Assert.Equal("  \e[1m> a+0x0 (app)\e[0m", output.ToString().TrimEnd());
    }

    [Fact]
    public void Every_way_to_end_early_has_words()
    {
        StackEnd[] whole = [StackEnd.Unspecified, StackEnd.Complete];
        Assert.All(Enum.GetValues<StackEnd>(), end => Assert.Equal(whole.Contains(end), StackEndText.Describe(new Actor { StackEnd = end }) is null));
        Assert.Equal("(taken before all tables were known: frames may be missing)", StackEndText.Describe(new Actor { StackFpOnly = true, StackEnd = StackEnd.Complete }));
        Assert.Equal(
            "(taken before all tables were known: frames may be missing; ends here: the next frame pointer leads nowhere)",
            StackEndText.Describe(new Actor { StackFpOnly = true, StackEnd = StackEnd.BadFrame }));
        Assert.Equal("(walked by frame pointers only: callers may be missing)", StackEndText.Describe(new Actor { StackFpOnly = true, StackEnd = StackEnd.KernelWalk }));
        Assert.Equal("(no names ?)", StackEndText.Describe(new Actor { StackEnd = StackEnd.Complete, StackLimitation = "no names \u001b" }));
    }

    private static Actor Stack(params Frame[] frames) => new() { Stack = { frames } };

    private static Frame Libc() => new() { Function = "connect", Module = "/lib/libc.so.6" };

    private static Frame Unnamed() => new() { Module = "/opt/app", Offset = 0x42 };

    private static Frame Named(string function) => new() { Function = function, Module = "/opt/app" };
}
