// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Tracer.Linux.Procfs;
using Xunit;

namespace Tracer.Linux.Tests.Procfs;

public sealed class MapsReaderTests
{
    private readonly MapsReader _host = new(TestData.Procfs("host"));

    [Fact]
    public void Lines_are_read_with_spaces_newlines_and_deleted_marks_in_paths()
    {
        Assert.Equal(ProcfsStatus.Ok, _host.Read(812, executableOnly: true, out List<MemoryMapping> mappings));

        Assert.Equal(
            ["/usr/sbin/nginx", "/usr/lib/x86_64-linux-gnu/libc.so.6", "", "/opt/my app/plug in.so", "/opt/two\nlines.so", "[vdso]", "[vsyscall]"],
            mappings.Select(m => m.Path));
        Assert.Equal(
            new MemoryMapping(0x7f5c9f82a000, 0x7f5c9f980000, true, 0x26000, 0xfe, 0, 332096, "/usr/lib/x86_64-linux-gnu/libc.so.6", false),
            mappings[1]);
        Assert.Equal((true, 0x103u, 2u), (mappings[3].IsDeleted, mappings[3].DeviceMajor, mappings[3].DeviceMinor));
    }

    [Fact]
    public void Mappings_that_cannot_be_executed_are_read_when_asked_for()
    {
        _host.Read(812, executableOnly: false, out List<MemoryMapping> mappings);

        Assert.Equal(11, mappings.Count);
        Assert.Equal("[heap]", mappings[2].Path);
    }

    [Fact]
    public void Mapping_ends_before_its_end_address()
    {
        _host.Read(812, executableOnly: true, out List<MemoryMapping> mappings);

        Assert.True(mappings[0].Contains(0x55a7e9388000));
        Assert.True(mappings[0].Contains(0x55a7e938cfff));
        Assert.False(mappings[0].Contains(0x55a7e938d000));
        Assert.False(mappings[0].Contains(0x55a7e9387fff));
    }

    [Fact]
    public void Garbage_backward_overlapping_and_cut_lines_are_left_out()
    {
        Assert.Equal(ProcfsStatus.Ok, new MapsReader(TestData.Procfs("hostile")).Read(14, executableOnly: false, out List<MemoryMapping> mappings));

        Assert.Equal("/good", Assert.Single(mappings).Path);
    }

    [Fact]
    public void Own_maps_agree_with_a_plain_reading()
    {
        string[] lines = File.ReadAllLines("/proc/self/maps");

        new MapsReader(new ProcfsRoot()).Read((uint)Environment.ProcessId, executableOnly: false, out List<MemoryMapping> mappings);

        // The runtime maps and unmaps meanwhile, so only what is stable is compared.
        string libc = lines.First(l => l.Contains("/libc.so", StringComparison.Ordinal) && l.Contains("r-xp", StringComparison.Ordinal));
        Assert.Contains(mappings, m => $"{m.Start:x}-{m.End:x} r-xp {m.Offset:x8} {m.DeviceMajor:x2}:{m.DeviceMinor:x2} {m.Inode}" is var start
            && libc.StartsWith(start, StringComparison.Ordinal) && libc.EndsWith(m.Path, StringComparison.Ordinal) && m.Path.Length > 0);
    }

    [Fact]
    public void Mutated_maps_never_throw_and_stay_in_order()
    {
        byte[] original = File.ReadAllBytes("/proc/self/maps")[..4096];
        var random = new Random(7);
        for (int i = 0; i < 3000; i++)
        {
            byte[] text = original[..random.Next(original.Length + 1)];
            for (int flips = random.Next(1, 20); flips > 0 && text.Length > 0; flips--)
                text[random.Next(text.Length)] = (byte)random.Next(256);
            List<MemoryMapping> mappings = MapsReader.Parse(text, executableOnly: false);
            for (int k = 1; k < mappings.Count; k++)
                Assert.True(mappings[k].Start >= mappings[k - 1].End, Encoding.Latin1.GetString(text));
        }
    }
}
