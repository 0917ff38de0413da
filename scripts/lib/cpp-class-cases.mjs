// C++ that is hard to read without a compiler, and what cpp-classes.mjs must make of it: for each class its name, public
// methods and bools, in the order in which the classes begin.

/** { name, text, classes: [[name, public methods, bools]] } */
export const cppClassCases = [
  {
    name: "what is public of a class and of a struct",
    text: `class A { void hidden(); public: void a(); private: void b(); protected: void c(); public: int d() const; };
      struct B { void a(); private: void b(); };
      union U { void a(); int n; };`,
    classes: [
      ["A", "a d", ""],
      ["B", "a", ""],
      ["U", "a", ""],
    ],
  },
  {
    name: "nested classes have their own methods, and end where they end",
    text: `class Outer {
       public:
        struct Inner { void a(); bool is; private: void b(); };
        class Declared;
        enum class Kind { one, two };
        void c();
        struct { int x; bool y; } unnamed;
       private:
        struct Hidden { void d(); } hidden_;
        bool e_;
      };
      class Outer::Declared final : public Base<decltype(f())>, private Other { public: void g() override; };`,
    classes: [
      ["Outer", "c", "e_"],
      ["Inner", "a", "is"],
      ["(unnamed)", "", "y"],
      ["Hidden", "d", ""],
      ["Declared", "g", ""],
    ],
  },
  {
    name: "constructors, destructors, operators, and what is deleted or a friend",
    text: `struct A {
        A() = default;
        explicit A(int n) : n_(n), text_{f(n)}, base<int>(n) { g(); }
        template <class T> A(T&& t) noexcept(noexcept(T(t)));
        virtual ~A() = default;
        A& operator=(const A&) = delete;
        bool operator()(int n) const;
        bool operator<(const A&) const { return a < b; }
        auto operator<=>(const A&) const = default;
        explicit operator bool() const;
        void* operator new(std::size_t) = delete;
        void gone(int) = delete;
        friend void other(const A&) { h(); }
        friend class B;
        void kept();
      };`,
    classes: [["A", "kept", ""]],
  },
  {
    name: "overloads count once, templates and static ones count",
    text: `template <typename T, int N = (3 > 2)>
      class A {
       public:
        void a();
        void a(int n);
        template <typename U> requires std::integral<U> || std::same_as<U, T> void b(U u);
        template <typename... Us> std::map<U, std::vector<T>> c(Us&&... us) { return {}; }
        static constexpr int d() { return 1; }
        [[nodiscard]] std::function<void(int)> e() const&;
        auto f() -> decltype(auto);
        void g() requires(N > 3);
        virtual void h() = 0;
        std::pair<int, bool> i(std::function<void()> then = [] { return; }) noexcept;
      };
      template <> class A<int, 3> : B { public: void j(); };`,
    classes: [
      ["A", "a b c d e f g h i", ""],
      ["A", "j", ""],
    ],
  },
  {
    name: "declarations over several lines, with comments, strings and macros in between",
    text: `#define METHODS(x) \\
        void x##1(); \\
        void x##2();
      struct A {
        // void a();
        /* void b(); } */
        std::string
        c(
            int n,  // void d();
            const char* text = "); void e("
        ) const;
        int f() { if (x) { return '}'; } return R"(} void g();)"; }
      #if defined(X)
        void h();
      #endif
      };`,
    classes: [["A", "c f h", ""]],
  },
  {
    name: "members that look like functions",
    text: `class A {
       public:
        void (*pointer)(int);
        bool (A::*member)() const;
        std::function<bool(int)> held;
        int initialized = f(1);
        int braced{f(2)};
        std::array<int, (2 + 1)> array_{};
        alignas(64) std::atomic<int> aligned{0};
        decltype(f()) inferred;
        using Call = void (*)(int);
        typedef int (*Old)(int);
        static_assert(sizeof(int) == 4);
        std::function<void()> lambda = [this] { run(); };
        void method();
      };`,
    classes: [["A", "method", ""]],
  },
  {
    name: "bools, however they are written, and what is none",
    text: `struct A {
        bool a;
        bool b = false, c{true};
        mutable bool d : 1;
        const bool e : 1 = true;
        std::optional<bool> f;
        std::atomic<bool> g{false};
        std::atomic_bool h;
        optional<atomic<bool>> i = f(1, 2);
        [[maybe_unused]] bool j[2];
        static constexpr bool k = true;
        static inline bool l = false;
        bool* m;
        bool& n;
        std::vector<bool> o;
        std::function<bool()> p;
        bool q() const;
        bool (*r)();
        boolean s;
        std::pair<bool, bool> t;
      };`,
    classes: [["A", "q", "a b c d e f g h i j"]],
  },
  {
    name: "bodies of functions and of namespaces",
    text: `namespace a::b { namespace { extern "C" { struct A { void a(); }; } } }
      inline namespace c { class B; }
      namespace d = a::b;
      struct A* make() { struct Local { void hidden(); }; return nullptr; }
      int x = [] { struct Other {}; return 1; }();
      enum class E : bool { yes, no };
      template <class T> concept C = requires(T t) { { t.f() } -> std::same_as<bool>; };
      struct alignas(8) [[nodiscard]] Z { void z(); };`,
    classes: [
      ["A", "a", ""],
      ["Z", "z", ""],
    ],
  },
];
