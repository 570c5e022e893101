// SPDX-License-Identifier: Apache-2.0
using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Tracer.Bpf.Interop;
using Tracer.Linux.Interop;

namespace Tracer.Bpf;

/// <summary>
/// The programs and maps of one BPF ELF file: opened, adjusted, loaded, attached. Disposing it unloads what is not
/// attached through a <see cref="BpfLink"/> any more.
/// </summary>
public sealed unsafe class BpfObject : IDisposable
{
    private const string ConstantSection = ".rodata";

    private readonly BpfObjectHandle _handle;
    private readonly string _name;
    private readonly string? _btfPath;

    private BpfObject(BpfObjectHandle handle, string name, string? btfPath)
    {
        _handle = handle;
        _name = name;
        _btfPath = btfPath;
    }

    /// <summary>All programs, in the order of the file.</summary>
    public IReadOnlyList<string> ProgramNames
    {
        get
        {
            using Lease lease = Borrow();
            var names = new List<string>();
            for (nint program = 0; (program = LibBpf.bpf_object__next_program(_handle, program)) != 0;)
                names.Add(Marshal.PtrToStringUTF8((nint)LibBpf.bpf_program__name(program))!);
            return names;
        }
    }

    /// <summary>Reads the ELF file. A BTF path replaces the kernel's own BTF for relocations, and for the hooks where the kernel's is hidden.</summary>
    public static BpfObject Open(ReadOnlySpan<byte> elf, string name, string? btfPath = null)
    {
        using LibBpfLog log = LibBpfLog.Begin();
        fixed (byte* start = elf, nativeName = ToNative(name), nativePath = btfPath is null ? null : ToNative(btfPath))
        {
            var options = new BpfObjectOpenOptions
            {
                Size = (nuint)sizeof(BpfObjectOpenOptions),
                ObjectName = nativeName,
                BtfCustomPath = nativePath,
            };
            BpfObjectHandle handle = LibBpf.bpf_object__open_mem(start, (nuint)elf.Length, &options);
            int errno = Marshal.GetLastPInvokeError();
            if (!handle.IsInvalid)
                return new BpfObject(handle, name, btfPath);
            handle.Dispose();
            throw new BpfException($"open BPF object '{name}'", errno, LoadFailure.Summarize(log.Lines), log.Lines);
        }
    }

    /// <summary>Before <see cref="Load"/>: whether this program is loaded at all.</summary>
    public void SetAutoload(string program, bool autoload)
    {
        using Lease lease = Borrow();
        Check(LibBpf.bpf_program__set_autoload(FindProgram(program), autoload), $"select program '{program}'");
    }

    /// <summary>Before <see cref="Load"/>: capacity of a map.</summary>
    public void SetMapMaxEntries(string map, uint maxEntries)
    {
        using Lease lease = Borrow();
        Check(LibBpf.bpf_map__set_max_entries(FindMap(map), maxEntries), $"size map '{map}'");
    }

    /// <summary>Before <see cref="Load"/>: all memory of this hash table is taken at once, so that using it never asks the kernel for any.</summary>
    public void PreallocateMap(string map)
    {
        using Lease lease = Borrow();
        Check(LibBpf.bpf_map__set_map_flags(FindMap(map), 0), $"preallocate map '{map}'");
    }

    /// <summary>Before <see cref="Load"/>: whether this map is created; a program that uses a missing map must not be loaded.</summary>
    public void SetMapAutocreate(string map, bool autocreate)
    {
        using Lease lease = Borrow();
        Check(LibBpf.bpf_map__set_autocreate(FindMap(map), autocreate), $"select map '{map}'");
    }

    /// <summary>Before <see cref="Load"/>: gives a <c>const volatile</c> variable its value; the verifier then drops dead branches.</summary>
    public void SetConstant<T>(string variable, T value) where T : unmanaged
    {
        using Lease lease = Borrow();
        Dictionary<string, DataVariable> variables = DataSection.Read(LibBpf.bpf_object__btf(_handle), ConstantSection);
        if (!variables.TryGetValue(variable, out DataVariable found))
            throw new BpfException($"find constant '{variable}' in '{_name}'", Errno.ENOENT);
        found.RequireSize(variable, sizeof(T));
        nint map = FindMap(ConstantSection);
        if (LibBpf.bpf_map__fd(map) >= 0)
            throw new BpfException($"set constant '{variable}'", Errno.EBUSY, "the object is loaded");
        nuint size;
        byte* values = LibBpf.bpf_map__initial_value(map, &size);
        if (values == null)
            throw new BpfException($"set constant '{variable}'", Marshal.GetLastPInvokeError());
        MemoryMarshal.Write(new Span<byte>(values, (int)size).Slice(found.Offset, found.Size), in value);
    }

    /// <summary>Creates the maps and loads the selected programs into the kernel, all or nothing.</summary>
    public void Load() => KernelBtf.Provide(_btfPath, LoadHere);

    /// <summary>Attaches a loaded program where its section name says.</summary>
    public BpfLink Attach(string program)
    {
        using LibBpfLog log = LibBpfLog.Begin();
        using Lease lease = Borrow();
        return ToLink(LibBpf.bpf_program__attach(FindProgram(program)), program, log);
    }

    /// <summary>Attaches an iterator program; each <see cref="BpfLink.OpenIterator"/> then starts one pass.</summary>
    public BpfLink AttachIterator(string program)
    {
        using LibBpfLog log = LibBpfLog.Begin();
        using Lease lease = Borrow();
        return ToLink(LibBpf.bpf_program__attach_iter(FindProgram(program), null), program, log);
    }

    public BpfMap Map(string name)
    {
        using Lease lease = Borrow();
        return new BpfMap(this, FindMap(name), name);
    }

    /// <summary>
    /// After <see cref="Load"/>: maps the live memory of a data section such as ".bss". libbpf 1.1's own pointer to it
    /// is only a copy of the initial values once loaded.
    /// </summary>
    public MappedMap MapData(string section)
    {
        using Lease lease = Borrow();
        BpfMap map = Map(section);
        nuint page = (nuint)Environment.SystemPageSize;
        nuint length = ((nuint)map.ValueSize + page - 1) / page * page;
        try
        {
            MappedMemory memory = MappedMemory.Map(map.Fd, 0, length, writable: true);
            return new MappedMap(memory, section, map.ValueSize, DataSection.Read(LibBpf.bpf_object__btf(_handle), section));
        }
        catch (Win32Exception e)
        {
            throw new BpfException($"map section '{section}' of '{_name}'", e.NativeErrorCode);
        }
    }

    public ProgramStatistics Statistics(string program)
    {
        using Lease lease = Borrow();
        int fd = LibBpf.bpf_program__fd(FindProgram(program));
        if (fd < 0)
            throw new BpfException($"read statistics of program '{program}'", -fd, "it is not loaded");
        ProgramInfo info = default;
        uint size = (uint)sizeof(ProgramInfo);
        Check(LibBpf.bpf_obj_get_info_by_fd(fd, &info, &size), $"read statistics of program '{program}'");
        return new ProgramStatistics(info.RunCount, info.RunTimeNs, info.RecursionMisses, info.VerifiedInstructions);
    }

    /// <summary>How often the program was skipped because it was running on that CPU already.</summary>
    public ulong RecursionMisses(string program) => Statistics(program).RecursionMisses;

    public void Dispose() => _handle.Dispose();

    /// <summary>Keeps the native object alive while a call uses it, even if another thread disposes this.</summary>
    internal Lease Borrow() => new(_handle);

    private void LoadHere()
    {
        using LibBpfLog log = LibBpfLog.Begin();
        using Lease lease = Borrow();
        int result = LibBpf.bpf_object__load(_handle);
        if (result < 0)
            throw new BpfException($"load BPF object '{_name}'", -result, LoadFailure.Summarize(log.Lines), log.Lines);
    }

    private nint FindProgram(string program)
    {
        nint found = LibBpf.bpf_object__find_program_by_name(_handle, program);
        return found != 0 ? found : throw new BpfException($"find program '{program}' in '{_name}'", Marshal.GetLastPInvokeError());
    }

    private nint FindMap(string map)
    {
        nint found = LibBpf.bpf_object__find_map_by_name(_handle, map);
        return found != 0 ? found : throw new BpfException($"find map '{map}' in '{_name}'", Marshal.GetLastPInvokeError());
    }

    private static BpfLink ToLink(BpfLinkHandle link, string program, LibBpfLog log)
    {
        int errno = Marshal.GetLastPInvokeError();
        if (!link.IsInvalid)
            return new BpfLink(link, program);
        link.Dispose();
        throw new BpfException($"attach program '{program}'", errno, LoadFailure.Summarize(log.Lines), log.Lines);
    }

    private static void Check(int result, string operation)
    {
        if (result < 0)
            throw new BpfException(operation, -result);
    }

    private static byte[] ToNative(string text) => [.. Encoding.UTF8.GetBytes(text), 0];

    internal readonly ref struct Lease
    {
        private readonly BpfObjectHandle _handle;

        internal Lease(BpfObjectHandle handle)
        {
            _handle = handle;
            bool added = false;
            handle.DangerousAddRef(ref added); // throws ObjectDisposedException once disposed
        }

        public void Dispose() => _handle.DangerousRelease();
    }
}
