// SPDX-License-Identifier: Apache-2.0
using System.Buffers;
using System.Collections;
using System.Text;

namespace Grpc.Core;

/// <summary>Headers or trailers of a call, in order; a key may occur more than once.</summary>
public sealed class Metadata : IList<Metadata.Entry>
{
    /// <summary>Keys with this ending carry bytes, all others ASCII text.</summary>
    public const string BinaryHeaderSuffix = "-bin";

    /// <summary>Holds nothing and cannot be changed.</summary>
    public static readonly Metadata Empty = new(isReadOnly: true);

    private readonly List<Entry> _entries = [];

    /// <summary>Creates empty, changeable metadata.</summary>
    public Metadata()
    {
    }

    private Metadata(bool isReadOnly) => IsReadOnly = isReadOnly;

    /// <inheritdoc/>
    public int Count => _entries.Count;

    /// <inheritdoc/>
    public bool IsReadOnly { get; }

    /// <inheritdoc/>
    public Entry this[int index]
    {
        get => _entries[index];
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            Changeable()[index] = value;
        }
    }

    /// <summary>Returns the last entry with this key, or null.</summary>
    public Entry? Get(string key) => _entries.FindLast(entry => entry.HasKey(key));

    /// <summary>Returns the text of the last entry with this key, or null.</summary>
    public string? GetValue(string key) => Get(key)?.Value;

    /// <summary>Returns the bytes of the last entry with this key, or null.</summary>
    public byte[]? GetValueBytes(string key) => Get(key)?.ValueBytes;

    /// <summary>Returns every entry with this key, in order.</summary>
    public IEnumerable<Entry> GetAll(string key) => _entries.Where(entry => entry.HasKey(key));

    /// <inheritdoc/>
    public void Add(Entry item)
    {
        ArgumentNullException.ThrowIfNull(item);
        Changeable().Add(item);
    }

    /// <summary>Adds a text entry.</summary>
    public void Add(string key, string value) => Add(new Entry(key, value));

    /// <summary>Adds a binary entry.</summary>
    public void Add(string key, byte[] valueBytes) => Add(new Entry(key, valueBytes));

    /// <inheritdoc/>
    public void Insert(int index, Entry item)
    {
        ArgumentNullException.ThrowIfNull(item);
        Changeable().Insert(index, item);
    }

    /// <inheritdoc/>
    public bool Remove(Entry item) => Changeable().Remove(item);

    /// <inheritdoc/>
    public void RemoveAt(int index) => Changeable().RemoveAt(index);

    /// <inheritdoc/>
    public void Clear() => Changeable().Clear();

    /// <inheritdoc/>
    public bool Contains(Entry item) => _entries.Contains(item);

    /// <inheritdoc/>
    public int IndexOf(Entry item) => _entries.IndexOf(item);

    /// <inheritdoc/>
    public void CopyTo(Entry[] array, int arrayIndex) => _entries.CopyTo(array, arrayIndex);

    /// <inheritdoc/>
    public IEnumerator<Entry> GetEnumerator() => _entries.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private List<Entry> Changeable() =>
        IsReadOnly ? throw new InvalidOperationException("This metadata cannot be changed.") : _entries;

    /// <summary>One key with its text or bytes. Keys are lower case, as HTTP/2 wants them.</summary>
    public sealed class Entry
    {
        private static readonly SearchValues<char> KeyCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789._-");

        private readonly string? _text;
        private readonly byte[]? _bytes;

        /// <summary>Creates a text entry; the key must not end in "-bin".</summary>
        public Entry(string key, string value)
        {
            ArgumentNullException.ThrowIfNull(value);
            Key = NormalizeKey(key, isBinary: false);
            _text = value;
        }

        /// <summary>Creates a binary entry; the key must end in "-bin". The bytes are copied.</summary>
        public Entry(string key, byte[] valueBytes)
        {
            ArgumentNullException.ThrowIfNull(valueBytes);
            Key = NormalizeKey(key, isBinary: true);
            _bytes = [.. valueBytes];
        }

        /// <summary>Lower-case name.</summary>
        public string Key { get; }

        /// <summary>Whether the entry carries bytes.</summary>
        public bool IsBinary => _bytes is not null;

        /// <summary>Text of a text entry; a binary entry has none and throws.</summary>
        public string Value => _text ?? throw new InvalidOperationException($"Metadata entry '{Key}' is binary.");

        /// <summary>A copy of the bytes; for a text entry its ASCII bytes.</summary>
        public byte[] ValueBytes => _bytes is null ? Encoding.ASCII.GetBytes(Value) : [.. _bytes];

        /// <summary>Describes the entry for logs.</summary>
        public override string ToString() => IsBinary ? $"[Entry: key={Key}, {_bytes!.Length} bytes]" : $"[Entry: key={Key}, value={_text}]";

        internal bool HasKey(string key) => string.Equals(Key, key, StringComparison.OrdinalIgnoreCase);

        private static string NormalizeKey(string key, bool isBinary)
        {
            ArgumentException.ThrowIfNullOrEmpty(key);
            string lowerCase = key.ToLowerInvariant();
            if (lowerCase.AsSpan().ContainsAnyExcept(KeyCharacters))
                throw new ArgumentException($"Metadata key '{key}' has a character other than letters, digits, '.', '_' and '-'.", nameof(key));
            if (lowerCase.EndsWith(BinaryHeaderSuffix, StringComparison.Ordinal) != isBinary)
                throw new ArgumentException($"Metadata key '{key}': keys of binary values, and only those, end in '{BinaryHeaderSuffix}'.", nameof(key));
            return lowerCase;
        }
    }
}
